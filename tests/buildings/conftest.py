"""A generated world on disk, the same world imported once, and a small hand-made portfolio to break."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.buildings.reference import Files
from vestibule.buildings import BuildingData
from vestibule.core.settings import Settings
from vestibule.demo.files import write_portfolio
from vestibule.demo.model import World
from vestibule.demo.world import generate
from vestibule.storage.database import Database

SEED = 12
TENANT = "tests-of-buildings"


@pytest.fixture(scope="session")
def world() -> World:
    return generate(SEED)


@pytest.fixture(scope="session")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of the world, read by plain code."""
    folder = tmp_path_factory.mktemp("world")
    write_portfolio(world, folder)
    return Files(folder)


@pytest.fixture(scope="session")
def imported(files: Files, storage_home: Path) -> str:
    """The tenant that the world was imported for."""

    async def load() -> None:
        database = await Database.open(Settings(home=storage_home))
        try:
            async with database.owner() as connection:
                await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [TENANT])
            await BuildingData(database).import_portfolio(TENANT, files.folder)
        finally:
            await database.close()

    asyncio.run(load())
    return TENANT


@pytest.fixture
def buildings(database: Database) -> BuildingData:
    return BuildingData(database)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two buildings, two days of three meters in January."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "buildings.json").write_text(json.dumps(SMALL), encoding="utf-8")
    stamps = [f"2025-01-{1 + h // 24:02d}T{h % 24:02d}:00:00Z" for h in range(48)]
    rows = [f"{stamp},{10 + h},{h},5" for h, stamp in enumerate(stamps)]
    (folder / "readings.csv").write_text("\n".join(["timestamp,a.electricity,a.gas,b.electricity", *rows, ""]))
    (folder / "weather.csv").write_text("\n".join(["timestamp,temperature_c", *(f"{s},3.5" for s in stamps), ""]))
    return folder


_SCHEDULE = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
SMALL: dict[str, object] = {
    "portfolio": "Two",
    "timezone": "Europe/Berlin",
    "buildings": [
        {
            "id": "a",
            "name": "House A",
            "aliases": ["the A"],
            "kind": "office",
            "floor_area_m2": 1000,
            "schedule": _SCHEDULE,
            "tariff": "t",
        },
        {"id": "b", "name": "House B", "kind": "school", "floor_area_m2": 500, "schedule": _SCHEDULE},
    ],
    "tariffs": [{"id": "t", "name": "T", "electricity_eur_per_kwh": 0.2}],
    "meters": [
        {"id": "a.electricity", "building": "a", "utility": "electricity", "unit": "kWh"},
        {"id": "a.gas", "building": "a", "utility": "gas", "unit": "m³"},
        {"id": "b.electricity", "building": "b", "utility": "electricity", "unit": "kWh"},
    ],
}
