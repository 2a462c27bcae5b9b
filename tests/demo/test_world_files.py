"""The files of the demo world, read back as a stranger would: by `docs/demo-world.md` alone."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from vestibule.demo.files import write
from vestibule.demo.model import World
from vestibule.demo.world import generate


class Fact(NamedTuple):
    document: str
    heading: str
    question: str
    answer: str
    quote: str


FACT = Fact("policies/energy.md", "Targets", "What is the target?", "Ten percent.", "a target of ten percent")


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7)


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write(world, folder, [FACT])
    return folder


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write(generate(7), tmp_path / "again", [FACT])
    write(generate(8), tmp_path / "other", [FACT])
    names = ["truth.json", "portfolio/buildings.json", "portfolio/weather.csv", "portfolio/readings.csv"]
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == sorted(names)
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
        assert (folder / name).read_bytes() != (tmp_path / "other" / name).read_bytes()


def test_readings_are_hourly_in_utc_with_two_decimals_and_empty_fields_for_gaps(world: World, folder: Path) -> None:
    rows = list(csv.reader((folder / "portfolio/readings.csv").read_text().splitlines()))
    assert rows[0] == ["timestamp", *(meter.id for meter in world.meters)]
    stamps = [row[0] for row in rows[1:]]
    first = datetime(2024, 12, 31, 23, tzinfo=UTC)
    assert stamps == [(first + timedelta(hours=i)).strftime("%Y-%m-%dT%H:%M:%SZ") for i in range(8760)]
    for column, meter in enumerate(world.meters, start=1):
        texts = [row[column] for row in rows[1:]]
        assert all(re.fullmatch(r"(\d+\.\d\d)?", text) for text in texts)
        written = [float(text) if text else np.nan for text in texts]
        np.testing.assert_array_equal(written, world.readings[meter.id])
    assert any("" in row for row in rows)


def test_weather_has_a_row_for_every_hour(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "portfolio/weather.csv").read_text().splitlines()))
    assert len(rows) == 8760
    assert list(rows[0]) == ["timestamp", "temperature_c", "relative_humidity", "solar_w_m2"]
    assert all(float(row["solar_w_m2"]) >= 0 and 0 <= float(row["relative_humidity"]) <= 100 for row in rows)


def test_buildings_json_names_what_it_refers_to(folder: Path) -> None:
    portfolio = json.loads((folder / "portfolio/buildings.json").read_text())
    assert list(portfolio) == ["portfolio", "timezone", "buildings", "holidays", "tariffs", "meters"]
    harbour = portfolio["buildings"][0]
    assert harbour["id"] == "harbour-office"
    assert list(harbour) == [
        "id", "name", "aliases", "kind", "floor_area_m2", "floors", "built", "address", "schedule", "tariff", "tenants",
        "systems",
    ]  # fmt: skip
    assert set(harbour["schedule"]) == {"days", "from", "to"}
    assert all(isinstance(system, str) for system in harbour["systems"])
    tariffs = {tariff["id"] for tariff in portfolio["tariffs"]}
    buildings = {building["id"] for building in portfolio["buildings"]}
    assert {building["tariff"] for building in portfolio["buildings"]} <= tariffs
    units = {"electricity": "kWh", "gas": "m³", "chilled_water": "kWh"}
    for meter in portfolio["meters"]:
        assert meter["building"] in buildings
        assert meter["id"] == f"{meter['building']}.{meter['utility']}"
        assert meter["unit"] == units[meter["utility"]]
    assert {m["building"] for m in portfolio["meters"] if m["utility"] == "electricity"} == buildings
    assert {"date": "2025-01-01", "name": "New Year's Day"} in portfolio["holidays"]


def test_truth_tells_what_was_planted_and_what_documents_answer(world: World, folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text())
    assert (truth["schema"], truth["seed"], truth["year"], truth["timezone"]) == (1, 7, 2025, "Europe/Berlin")
    assert truth["document_facts"] == [FACT._asdict()]
    assert len(truth["events"]) == len(world.events)
    for event in truth["events"]:
        assert set(event) == {
            "id", "building", "cause", "start", "end", "utilities", "direction", "excess", "description", "words",
            "documents",
        }  # fmt: skip
        assert re.fullmatch(r"2025-\d\d-\d\dT\d\d:00:00\+0[12]:00", event["start"])
        assert datetime.fromisoformat(event["start"]) < datetime.fromisoformat(event["end"])
    july = [
        event
        for event in truth["events"]
        if event["building"] == "harbour-office" and event["start"] <= "2025-07-07T24" and event["end"] >= "2025-07-15"
        if event["start"] >= "2025-06"
    ]
    assert july[0]["cause"] == "stuck_damper"
    assert set(truth["quiet_weeks"][0]) == {"building", "start", "end"}


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(world: World, tmp_path: Path) -> None:
    (tmp_path / "truth.json").mkdir()
    with pytest.raises(OSError, match=r"truth\.json"):
        write(world, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["portfolio", "truth.json"]
