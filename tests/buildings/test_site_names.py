"""What portfolios name becomes known to whoever guards what leaves, for every tenant, when it changes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.buildings.reference import Files
from vestibule.buildings import BuildingData
from vestibule.buildings.site_names import SiteNames
from vestibule.privacy.detection import Detector
from vestibule.privacy.detection.dictionaries import dictionaries_from
from vestibule.storage.database import Database


async def test_names_of_every_portfolio_are_read_once_a_change(
    buildings: BuildingData, database: Database, tenant: str, imported: str, files: Files, small: Path
) -> None:
    site = SiteNames(database)
    first = await site.changed()
    assert first is not None
    kinds = {kind for kind, _ in first}
    assert kinds == {"TENANT", "ADDRESS", "METER_ID", "TARIFF"}
    houses = {name for building in (await buildings.portfolio(imported)).buildings for name in (building.name,)}
    assert houses.isdisjoint({name for _, name in first}), "every question says the name of a building"
    assert await site.changed() is None
    await buildings.import_portfolio(tenant, small)
    second = await site.changed()
    assert second is not None
    assert set(first) <= set(second)
    assert ("METER_ID", "a.electricity") in second


async def test_a_portfolio_that_cannot_be_read_stops_nobody_elses(
    buildings: BuildingData, database: Database, tenant: str, small: Path
) -> None:
    await buildings.import_portfolio(tenant, small)
    async with database.owner() as connection:
        other = f"other-{tenant}"
        await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [other])
        await connection.execute(
            "INSERT INTO portfolios (tenant, definition, source, version) VALUES (%s, '{}', 'x', 1)", [other]
        )
    rows = await SiteNames(database).changed()
    assert rows is not None
    assert ("METER_ID", "a.electricity") in rows


async def test_rooms_devices_and_people_of_a_portfolio_are_known(
    buildings: BuildingData, database: Database, tenant: str, small: Path
) -> None:
    described = json.loads((small / "buildings.json").read_text())
    described["people"] = ["Wilhelmina Achterberg"]
    described["buildings"][0] |= {"rooms": ["Boardroom Kestrel"], "devices": ["XR-77 Kestrel"]}
    (small / "buildings.json").write_text(json.dumps(described))
    await buildings.import_portfolio(tenant, small)
    rows = await SiteNames(database).changed()
    assert rows is not None
    assert {("PERSON", "Wilhelmina Achterberg"), ("ROOM", "Boardroom Kestrel"), ("ASSET_ID", "XR-77 Kestrel")} <= set(
        rows
    )
    found = Detector(dictionaries=dictionaries_from(rows)).detect("ask wilhelmina achterberg in Boardroom Kestrel")
    assert [span.type for span in found] == ["PERSON", "ROOM"]
