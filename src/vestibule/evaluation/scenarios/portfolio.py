"""The demo portfolio as its files tell it (`docs/demo-world.md`): what is summed here owes nothing to the product's own
analytics, which are judged by it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from vestibule.core.errors import NotFound

Utility = Literal["electricity", "gas", "chilled_water"]


class Building(msgspec.Struct, frozen=True):
    id: str
    name: str
    tariff: str


class Tariff(msgspec.Struct, frozen=True):
    id: str
    electricity_eur_per_kwh: float


class Meter(msgspec.Struct, frozen=True):
    id: str
    building: str
    utility: Utility
    unit: str


class Described(msgspec.Struct, frozen=True):
    timezone: str
    buildings: tuple[Building, ...]
    tariffs: tuple[Tariff, ...]
    meters: tuple[Meter, ...]


class Event(msgspec.Struct, frozen=True):
    """Something planted in the readings; an answer that names its cause uses one of `words`."""

    building: str
    cause: str
    start: datetime
    end: datetime
    utilities: tuple[Utility, ...]
    direction: Literal["high", "low", "missing"]
    words: tuple[str, ...]


class DocumentFact(msgspec.Struct, frozen=True):
    question: str
    quote: str


class Truth(msgspec.Struct, frozen=True):
    year: int
    events: tuple[Event, ...]
    document_facts: tuple[DocumentFact, ...]


@dataclass(frozen=True)
class DemoPortfolio:
    """`readings` are hourly by meter, from `first` on in UTC; None where there is none."""

    described: Described
    truth: Truth
    first: datetime
    readings: dict[str, tuple[float | None, ...]]

    @classmethod
    def load(cls, folder: Path) -> DemoPortfolio:
        """Read the files of `folder` (`$VESTIBULE_HOME/demo`). Blocks, for about half a second. Raise `NotFound`."""
        try:
            described = msgspec.json.decode((folder / "portfolio" / "buildings.json").read_bytes(), type=Described)
            truth = msgspec.json.decode((folder / "truth.json").read_bytes(), type=Truth)
            with (folder / "portfolio" / "readings.csv").open(encoding="utf-8", newline="") as file:
                names, *rows = csv.reader(file)
        except (OSError, msgspec.DecodeError):
            raise NotFound(
                "There is no demo portfolio to ask about.",
                next_step="Run `vestibule demo` once, name its folder with --demo, or bring cases with --set FILE.",
            ) from None
        columns = list(zip(*rows, strict=True))
        readings = {
            name: tuple(float(v) if v else None for v in column)
            for name, column in zip(names[1:], columns[1:], strict=True)
        }
        first = datetime.fromisoformat(columns[0][0]).astimezone(UTC)
        return cls(described, truth, first, readings)

    def of_month(self, meter: Meter, month: int) -> tuple[float | None, ...]:
        """The readings of a month of its year, in local time."""
        year = self.truth.year
        begin, end = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
        return self.readings[meter.id][self._hour(begin) : self._hour(end)]

    def name(self, building: str) -> str:
        return next(b.name for b in self.described.buildings if b.id == building)

    def electricity_price(self, building: str) -> float:
        """EUR a kWh."""
        tariff = next(b.tariff for b in self.described.buildings if b.id == building)
        return next(t.electricity_eur_per_kwh for t in self.described.tariffs if t.id == tariff)

    def _hour(self, day: date) -> int:
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.described.timezone))
        return max((midnight.astimezone(UTC) - self.first) // timedelta(hours=1), 0)
