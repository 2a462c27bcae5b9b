"""The truth computed the slow way: plain loops over the CSV files, sharing no code with the product."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vestibule.core.evidence import Period

ZONE = ZoneInfo("Europe/Berlin")


class Files:
    """`readings` per meter: local start of the hour and amount, missing ones left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.described: dict[str, Any] = json.loads((folder / "buildings.json").read_text(encoding="utf-8"))
        self.readings: dict[str, list[tuple[datetime, float]]] = {}
        with (folder / "readings.csv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                moment = datetime.fromisoformat(row.pop("timestamp")).astimezone(ZONE)
                for meter, field in row.items():
                    if field:
                        self.readings.setdefault(meter, []).append((moment, float(field)))

    def within(self, meter: str, period: Period) -> list[tuple[datetime, float]]:
        return [(moment, amount) for moment, amount in self.readings[meter] if period.start <= moment < period.end]

    def total(self, meter: str, period: Period) -> float:
        return sum(amount for _, amount in self.within(meter, period))

    def building(self, building_id: str) -> dict[str, Any]:
        return next(b for b in self.described["buildings"] if b["id"] == building_id)

    def with_meter(self, utility: str) -> list[str]:
        return [m["building"] for m in self.described["meters"] if m["utility"] == utility]


def days(first: date, last: date, label: str = "") -> Period:
    """Both days included."""
    return Period(_midnight(first), _midnight(last + timedelta(days=1)), label or f"{first} to {last}")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
