"""The buildings of a tenant and what is known about them. Knows neither files nor tables."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from vestibule.core.errors import NotFound
from vestibule.core.evidence import Utility

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Kind = Literal["office", "school", "hospital", "hotel", "retail", "laboratory", "warehouse", "data_room"]
Unit = Literal["kWh", "m³"]

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Schedule(msgspec.Struct, frozen=True):
    """Days and local hours in which a building is in use; `closes` may be "24:00"."""

    days: tuple[Day, ...]
    opens: str = msgspec.field(name="from")
    closes: str = msgspec.field(name="to")

    @property
    def hours(self) -> tuple[float, float]:
        """Local opening and closing in hours since midnight. Raise `ValueError` if they are no times of day."""
        return _hours(self.opens), _hours(self.closes)


class Tenant(msgspec.Struct, frozen=True):
    name: str
    floors: str = ""


class Tariff(msgspec.Struct, frozen=True):
    """Prices of one kWh of electricity, one m³ of gas and one kWh (thermal) of chilled water, in euro."""

    id: str
    name: str
    electricity_eur_per_kwh: float | None = None
    gas_eur_per_m3: float | None = None
    chilled_water_eur_per_kwh: float | None = None

    def price(self, utility: Utility) -> float | None:
        """Euro for one unit of the meter, None if the tariff has no price for it."""
        match utility:
            case "electricity":
                return self.electricity_eur_per_kwh
            case "gas":
                return self.gas_eur_per_m3
            case "chilled_water":
                return self.chilled_water_eur_per_kwh


class Holiday(msgspec.Struct, frozen=True):
    date: date
    name: str


class Building(msgspec.Struct, frozen=True):
    """`tariff` is a tariff's id, or "" where none is known. `rooms` and `devices` are names that are not to leave."""

    id: str
    name: str
    kind: Kind
    floor_area_m2: float
    schedule: Schedule
    aliases: tuple[str, ...] = ()
    floors: int | None = None
    built: int | None = None
    address: str = ""
    tariff: str = ""
    tenants: tuple[Tenant, ...] = ()
    systems: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


class Meter(msgspec.Struct, frozen=True):
    id: str
    building: str
    utility: Utility
    unit: Unit


class Portfolio(msgspec.Struct, frozen=True):
    """Readings exist somewhere in [data_start, data_end), which are aware. `people` are names that are not to leave."""

    name: str
    timezone: str
    buildings: tuple[Building, ...]
    holidays: tuple[Holiday, ...]
    tariffs: tuple[Tariff, ...]
    meters: tuple[Meter, ...]
    data_start: datetime
    data_end: datetime
    people: tuple[str, ...] = ()

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    def building(self, building_id: str) -> Building:
        """Raise `NotFound` for an id that is not of this portfolio."""
        for building in self.buildings:
            if building.id == building_id:
                return building
        known = ", ".join(b.id for b in self.buildings) or "none"
        raise NotFound(
            f"There is no building `{building_id[:80]}`.", next_step=f"Buildings of this portfolio: {known}."
        )

    def meter(self, building_id: str, utility: Utility) -> Meter | None:
        return next((m for m in self.meters if m.building == building_id and m.utility == utility), None)

    def meters_of(self, building_id: str) -> tuple[Meter, ...]:
        return tuple(m for m in self.meters if m.building == building_id)

    def tariff_of(self, building_id: str) -> Tariff | None:
        wanted = self.building(building_id).tariff
        return next((t for t in self.tariffs if t.id == wanted), None)


def _hours(text: str) -> float:
    if text == "24:00":
        return 24.0
    moment = time.fromisoformat(text)
    return moment.hour + moment.minute / 60
