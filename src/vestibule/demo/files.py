"""Write the demo world down as `docs/demo-world.md` says. Each file is written beside its place and moved into it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np

from vestibule.demo.model import Building, Series, World


class DocumentFact(Protocol):
    """A question that one passage of one document answers."""

    @property
    def document(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def quote(self) -> str: ...


def write(world: World, folder: Path, facts: Sequence[DocumentFact] = ()) -> None:
    """Write `portfolio/` and `truth.json` into `folder`."""
    write_portfolio(world, folder / "portfolio")
    write_truth(world, facts, folder / "truth.json")


def write_portfolio(world: World, folder: Path) -> None:
    """Write buildings.json, weather.csv and readings.csv into `folder`, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    stamps = [f"{stamp}Z" for stamp in np.datetime_as_string(world.hours, unit="s").tolist()]
    weather = world.weather
    _replace(folder / "buildings.json", _json(_portfolio(world)))
    _replace(
        folder / "weather.csv",
        _csv(
            stamps,
            {
                "temperature_c": _numbers(weather.temperature_c, 1),
                "relative_humidity": _numbers(weather.relative_humidity, 0),
                "solar_w_m2": _numbers(weather.solar_w_m2, 0),
            },
        ),
    )
    _replace(folder / "readings.csv", _csv(stamps, {m.id: _numbers(world.readings[m.id], 2) for m in world.meters}))


def write_truth(world: World, facts: Sequence[DocumentFact], path: Path) -> None:
    """Write what was planted, and the questions that the documents answer."""
    fields = ("id", "building", "cause", "start", "end", "utilities", "direction", "excess", "description", "words")
    truth = {
        "schema": 1,
        "seed": world.seed,
        "year": world.year,
        "timezone": world.timezone,
        "events": [{name: getattr(event, name) for name in (*fields, "documents")} for event in world.events],
        "quiet_weeks": world.quiet_weeks,
        "document_facts": [
            {name: getattr(fact, name) for name in ("document", "heading", "question", "answer", "quote")}
            for fact in facts
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, _json(truth))


def _portfolio(world: World) -> dict[str, object]:
    return {
        "portfolio": world.portfolio,
        "timezone": world.timezone,
        "buildings": [_building(building) for building in world.buildings],
        "holidays": world.holidays,
        "tariffs": world.tariffs,
        "meters": world.meters,
    }


def _building(building: Building) -> dict[str, object]:
    fields = (
        "id", "name", "aliases", "kind", "floor_area_m2", "floors", "built", "address", "schedule", "tariff", "tenants",
    )  # fmt: skip
    return {name: getattr(building, name) for name in fields} | {"systems": [e.label for e in building.systems]}


def _numbers(values: Series, decimals: int) -> list[str]:
    """Fixed-point; empty where missing."""
    return [
        "" if text == "nan" else text for text in (f"%.{decimals}f\n" * len(values) % tuple(values.tolist())).split()
    ]


def _csv(stamps: list[str], columns: dict[str, list[str]]) -> bytes:
    rows = map(",".join, zip(stamps, *columns.values(), strict=True))
    return "\n".join([",".join(["timestamp", *columns]), *rows, ""]).encode()


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
