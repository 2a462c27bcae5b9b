"""The door a user takes for their own data: what is right goes in whole, what is wrong is named and changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.buildings.conftest import SMALL
from tests.buildings.reference import days
from vestibule.buildings import AnalyticCall, BuildingData
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable
from vestibule.storage.database import Database

JANUARY = days(date(2025, 1, 1), date(2025, 1, 31), "January 2025")
A_ELECTRICITY = AnalyticCall("consumption", ("a",), "electricity", JANUARY)


async def total(buildings: BuildingData, tenant: str) -> float:
    result = await buildings.run(tenant, A_ELECTRICITY)
    return next(q.value for q in result.quantities if q.name == "total")


async def test_summary_and_progress(buildings: BuildingData, tenant: str, small: Path) -> None:
    steps: list[tuple[int, int]] = []
    summary = await buildings.import_portfolio(tenant, small, on_progress=lambda done, of: steps.append((done, of)))
    assert (summary.buildings, summary.meters, summary.readings, summary.missing) == (2, 3, 144, 0)
    assert summary.warnings == ()
    assert steps == [(1, 3), (2, 3), (3, 3)]
    portfolio = await buildings.portfolio(tenant)
    assert [b.name for b in portfolio.buildings] == ["House A", "House B"]
    assert (portfolio.data_end - portfolio.data_start).total_seconds() == 48 * 3600
    assert await buildings.names(tenant) == {"House A": "a", "the A": "a", "House B": "b"}
    assert await total(buildings, tenant) == sum(range(10, 58))


async def test_a_second_import_replaces_the_first(buildings: BuildingData, tenant: str, small: Path) -> None:
    assert (await buildings.version(tenant), await buildings.imported(tenant)) == (0, None)
    await buildings.import_portfolio(tenant, small, source="one")
    assert await total(buildings, tenant) == sum(range(10, 58))
    (small / "readings.csv").write_text("timestamp,a.electricity,a.gas,b.electricity\n2025-01-05T00:00:00Z,7,,\n")
    assert (await buildings.import_portfolio(tenant, small, source="two")).version == 2
    assert (await buildings.version(tenant), await buildings.imported(tenant)) == (2, "two")
    assert await total(buildings, tenant) == 7


async def test_offsets_and_any_order_are_understood(buildings: BuildingData, tenant: str, small: Path) -> None:
    (small / "readings.csv").write_text(
        "timestamp,a.electricity,a.gas,b.electricity\n2025-01-05T02:00:00+01:00,2,,\n\n2025-01-05T00:00:00Z, 1 ,,\n",
        encoding="utf-8-sig",
    )
    await buildings.import_portfolio(tenant, small)
    assert await total(buildings, tenant) == 3


async def test_other_tenants_see_nothing(
    buildings: BuildingData, database: Database, tenant: str, imported: str, small: Path
) -> None:
    assert (await buildings.portfolio(tenant)).buildings == ()
    with pytest.raises(NotFound):
        await buildings.run(tenant, AnalyticCall("consumption", ("harbour-office",), "electricity", JANUARY))
    await buildings.import_portfolio(tenant, small)
    async with database.tenant(tenant) as connection:
        for table in ("portfolios", "readings", "weather"):
            rows = await (await connection.execute(f"SELECT DISTINCT tenant FROM {table}")).fetchall()
            assert rows == [(tenant,)]
        changed = await connection.execute("UPDATE readings SET amount = 0 WHERE tenant = %s", [imported])
        assert changed.rowcount == 0


async def test_what_looks_wrong_is_kept_and_named(buildings: BuildingData, tenant: str, small: Path) -> None:
    text = (small / "readings.csv").read_text()
    (small / "readings.csv").write_text(text.replace(",5\n", ",-5\n", 1).replace(",7,5\n", ",900000,5\n"))
    summary = await buildings.import_portfolio(tenant, small)
    assert len(summary.warnings) == 2
    assert "b.electricity has 1 negative" in summary.warnings[1]
    assert "a.gas has 1 readings above" in summary.warnings[0]


def readings(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "readings.csv").write_text(text)


def replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def described(change: Callable[[Any], object]) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        changed = json.loads(json.dumps(SMALL))
        change(changed)
        (folder / "buildings.json").write_text(json.dumps(changed))

    return apply


HEADER = "timestamp,a.electricity,a.gas,b.electricity\n"
HOUR = "2025-01-01T00:00:00Z,1,2,3\n"
BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no file": (lambda folder: (folder / "readings.csv").unlink(), "readings.csv is not in"),
    "a folder instead": (lambda folder: replaced_by_folder(folder / "weather.csv"), "cannot be read"),
    "empty": (readings(""), "line 1: the header does not begin"),
    "semicolons": (readings(HEADER.replace(",", ";") + HOUR), "Separate columns by commas"),
    "no rows": (readings(HEADER), "no row below the header"),
    "unknown column": (readings(HEADER.replace("a.gas", "a.gass") + HOUR), "line 1: column 3, `a.gass`"),
    "missing column": (readings("timestamp,a.electricity\n2025-01-01T00:00:00Z,1\n"), "no column for meter `a.gas`"),
    "twice": (readings(HEADER.replace("a.gas", "a.electricity") + HOUR), "`a.electricity` is there twice"),
    "naive time": (readings(HEADER + HOUR.replace("Z", "")), "line 2, column `timestamp`: `2025-01-01T00:00:00`"),
    "half hour": (readings(HEADER + HOUR.replace("00:00Z", "30:00Z")), "is not a full hour"),
    "same hour": (readings(HEADER + HOUR + "2025-01-01T01:00:00+01:00,1,1,1\n"), "line 3: the same hour as line 2"),
    "words": (readings(HEADER + HOUR + "2025-01-01T01:00:00Z,1,off,3\n"), "line 3, column `a.gas`: `off` is not"),
    "comma decimals": (readings(HEADER + "2025-01-01T00:00:00Z,1,5,2,3\n"), "line 2: 5 fields, the header has 4"),
    "nan": (readings(HEADER + HOUR.replace("2,3", "nan,3")), "`nan` is not a number"),
    "infinite": (readings(HEADER + HOUR.replace("2,3", "1e999,3")), "`1e999` is not a number"),
    "not text": (lambda f: (f / "readings.csv").write_bytes(b"timestamp\n\xff\n"), "line 2: it is not UTF-8"),
    "broken quotes": (readings(HEADER + '"' + "x" * 200_000 + "\n"), "it is not CSV"),
    "unknown weather": (lambda f: (f / "weather.csv").write_text("timestamp,wind\n"), "column `wind` is unknown"),
    "no temperature": (lambda f: (f / "weather.csv").write_text("timestamp\n"), "column `temperature_c` is missing"),
    "not JSON": (lambda f: (f / "buildings.json").write_text("{"), "buildings.json: it is not JSON"),
    "no buildings": (described(lambda d: d.update(buildings=[], meters=[])), "it lists no building"),
    "unknown kind": (described(lambda d: d["buildings"][0].update(kind="castle")), "$.buildings[0].kind"),
    "unknown zone": (described(lambda d: d.update(timezone="Nowhere")), "`Nowhere` is not a time zone"),
    "no area": (described(lambda d: d["buildings"][0].update(floor_area_m2=0)), "floor area of `a`"),
    "wrong unit": (described(lambda d: d["meters"][1].update(unit="kWh")), "`a.gas` counts gas in kWh"),
    "unknown tariff": (described(lambda d: d["buildings"][0].update(tariff="x")), "unknown tariff `x`"),
    "unknown building": (described(lambda d: d["meters"][0].update(building="c")), "unknown building `c`"),
    "same id": (described(lambda d: d["buildings"][1].update(id="a")), "building id `a` is there twice"),
    "two meters": (described(lambda d: d["meters"][1].update(utility="electricity", unit="kWh")), "two meters for"),
    "hours": (described(lambda d: d["buildings"][0].update(schedule={"days": [], "from": "9", "to": "8"})), "schedule"),
}


@pytest.mark.parametrize("name", list(BROKEN))
async def test_bad_files_are_named_and_change_nothing(
    buildings: BuildingData, tenant: str, small: Path, name: str
) -> None:
    await buildings.import_portfolio(tenant, small)
    damage, said = BROKEN[name]
    damage(small)
    with pytest.raises(InvalidRequest) as caught:
        await buildings.import_portfolio(tenant, small)
    assert said in str(caught.value)
    assert caught.value.next_step
    assert await buildings.version(tenant) == 1
    assert await total(buildings, tenant) == sum(range(10, 58))


async def test_answers_during_an_import_are_of_one_version(buildings: BuildingData, tenant: str, small: Path) -> None:
    """Old or new, never a mixture: each version's readings of both meters are the same number, doubled every time."""

    def write(amount: int) -> None:
        (small / "readings.csv").write_text(f"{HEADER}2025-01-05T00:00:00Z,{amount},,{amount}\n")

    async def import_versions() -> None:
        for exponent in range(1, 7):
            write(2**exponent)
            await buildings.import_portfolio(tenant, small)
            await asyncio.sleep(0.05)

    write(1)
    await buildings.import_portfolio(tenant, small)
    importing = asyncio.create_task(import_versions())
    seen: list[float] = []
    while not importing.done():
        try:
            result = await buildings.run(tenant, AnalyticCall("comparison", ("a", "b"), "electricity", JANUARY))
        except Unavailable:  # an import came between in each of the attempts: said so, and no mixture
            continue
        totals = {q.value for q in result.quantities if q.name.endswith("_total")}
        assert len(totals) == 1
        seen += totals
    await importing
    assert seen == sorted(seen)
    assert await total(buildings, tenant) == 64


async def test_imports_of_one_tenant_follow_one_another(buildings: BuildingData, tenant: str, small: Path) -> None:
    summaries = await asyncio.gather(*(buildings.import_portfolio(tenant, small) for _ in range(3)))
    assert sorted(summary.version for summary in summaries) == [1, 2, 3]
    assert await total(buildings, tenant) == sum(range(10, 58))
