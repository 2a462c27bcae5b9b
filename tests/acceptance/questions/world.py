"""A generated demo world as its files tell it: buildings, readings, and what was planted.

Knows the file formats of `docs/demo-world.md` and nothing of the product.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from tests.acceptance.questions.periods import Period

Utility = Literal["electricity", "gas", "chilled_water"]
Direction = Literal["high", "low", "missing"]
FAULTS = ("stuck_damper", "failed_setback", "chiller_fault")


class Building(msgspec.Struct, frozen=True):
    id: str
    name: str
    kind: str
    floor_area_m2: float
    tariff: str
    aliases: tuple[str, ...] = ()


class Tariff(msgspec.Struct, frozen=True):
    id: str
    electricity_eur_per_kwh: float
    gas_eur_per_m3: float
    chilled_water_eur_per_kwh: float

    def price(self, utility: Utility) -> float:
        """EUR per unit of the meter."""
        if utility == "electricity":
            return self.electricity_eur_per_kwh
        return self.gas_eur_per_m3 if utility == "gas" else self.chilled_water_eur_per_kwh


class Meter(msgspec.Struct, frozen=True):
    id: str
    building: str
    utility: Utility
    unit: str


class Holiday(msgspec.Struct, frozen=True):
    date: date


class Portfolio(msgspec.Struct, frozen=True):
    timezone: str
    buildings: tuple[Building, ...]
    holidays: tuple[Holiday, ...]
    tariffs: tuple[Tariff, ...]
    meters: tuple[Meter, ...]


class Event(msgspec.Struct, frozen=True):
    id: str
    building: str
    cause: str
    start: datetime
    end: datetime
    utilities: tuple[Utility, ...]
    direction: Direction
    excess: dict[Utility, float]
    words: tuple[str, ...]


class QuietWeek(msgspec.Struct, frozen=True):
    building: str
    start: date
    end: date


class DocumentFact(msgspec.Struct, frozen=True):
    document: str
    heading: str
    question: str
    answer: str
    quote: str


class Truth(msgspec.Struct, frozen=True):
    year: int
    events: tuple[Event, ...]
    quiet_weeks: tuple[QuietWeek, ...]
    document_facts: tuple[DocumentFact, ...]


@dataclass(frozen=True)
class World:
    """`readings[meter id][i]` is the use in the hour that begins `i` hours after `first`; None is a missing reading."""

    portfolio: Portfolio
    truth: Truth
    first: datetime
    readings: dict[str, tuple[float | None, ...]]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.portfolio.timezone)

    def building(self, id: str) -> Building:
        return next(b for b in self.portfolio.buildings if b.id == id)

    def meter(self, building: str, utility: Utility) -> Meter:
        return next(m for m in self.portfolio.meters if (m.building, m.utility) == (building, utility))

    def utilities(self, building: str) -> tuple[Utility, ...]:
        return tuple(m.utility for m in self.portfolio.meters if m.building == building)

    def price(self, building: str, utility: Utility) -> float:
        tariff = self.building(building).tariff
        return next(t for t in self.portfolio.tariffs if t.id == tariff).price(utility)

    def hours(self, building: str, utility: Utility, period: Period) -> Iterator[tuple[datetime, float | None]]:
        """Hours of the period in local time with their readings. Raise `ValueError` outside of the recorded year."""
        values = self.readings[self.meter(building, utility).id]
        begin, end = self._offset(period.start), self._offset(period.end)
        if begin < 0 or end > len(values):
            raise ValueError(f"{period} is not within the readings")
        for i in range(begin, end):
            yield (self.first + timedelta(hours=i)).astimezone(self.zone), values[i]

    def total(self, building: str, utility: Utility, period: Period) -> float:
        """Sum of the readings that are present, in the meter's unit."""
        return sum(value for _, value in self.hours(building, utility, period) if value is not None)

    def missing_share(self, building: str, utility: Utility, period: Period) -> float:
        values = [value for _, value in self.hours(building, utility, period)]
        return values.count(None) / len(values)

    def events_in(self, building: str, period: Period) -> tuple[Event, ...]:
        start, end = self.local(period.start), self.local(period.end)
        return tuple(e for e in self.truth.events if e.building == building and e.start < end and e.end > start)

    def has_holiday(self, period: Period) -> bool:
        return any(period.start.date() <= h.date < period.end.date() for h in self.portfolio.holidays)

    def local(self, naive: datetime) -> datetime:
        return naive.replace(tzinfo=self.zone)

    def _offset(self, naive: datetime) -> int:
        return round((self.local(naive).astimezone(UTC) - self.first) / timedelta(hours=1))


def load(folder: Path) -> World:
    """Read a demo folder. Raise `FileNotFoundError` or `msgspec.ValidationError` if it is not one."""
    portfolio = msgspec.json.decode((folder / "portfolio" / "buildings.json").read_bytes(), type=Portfolio)
    truth = msgspec.json.decode((folder / "truth.json").read_bytes(), type=Truth)
    first, readings = _read_readings(folder / "portfolio" / "readings.csv")
    return World(portfolio, truth, first, readings)


def _read_readings(path: Path) -> tuple[datetime, dict[str, tuple[float | None, ...]]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        meters = next(rows)[1:]
        table = list(rows)
    times = [datetime.fromisoformat(row[0].replace("Z", "+00:00")) for row in (table[0], table[-1])]
    if times[1] - times[0] != timedelta(hours=len(table) - 1):
        raise ValueError(f"{path}: the rows are not one an hour.")
    columns = zip(*(row[1:] for row in table), strict=True)
    values = {
        meter: tuple(float(cell) if cell else None for cell in column)
        for meter, column in zip(meters, columns, strict=True)
    }
    return times[0], values
