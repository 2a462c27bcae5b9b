"""The demo world as values: what the generator makes, and what files and documents are written from.

Knows nothing of how loads are computed and nothing of files. `docs/demo-world.md` is the contract of what is written.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from vestibule.core.evidence import Utility

Series = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["office", "school", "hospital", "hotel", "retail", "laboratory", "warehouse", "data_room"]
Cause = Literal["stuck_damper", "failed_setback", "chiller_fault", "holiday", "meter_gap"]
Direction = Literal["high", "low", "missing"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EquipmentKind = Literal[
    "air_handling_unit", "chiller", "boiler", "pump", "unit_heater", "room_cooler", "building_management_system"
]

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS: dict[Utility, str] = {"electricity": "kWh", "gas": "m³", "chilled_water": "kWh"}


class Schedule(msgspec.Struct, frozen=True):
    """Days and local hours in which a building is in use; 00:00 to 24:00 on all days means it never closes."""

    days: tuple[Day, ...]
    opens: str = msgspec.field(name="from")
    closes: str = msgspec.field(name="to")


class Setpoints(msgspec.Struct, frozen=True):
    """Temperatures in °C, times local "HH:MM". Night setback is from `setback_from` until `setback_to` on days of use,
    and all day on others; a building that never closes has none (`setback_from == setback_to`)."""

    heating_c: float
    cooling_c: float
    setback_heating_c: float
    setback_cooling_c: float
    setback_from: str
    setback_to: str
    supply_air_c: float
    chilled_water_c: float
    boiler_flow_c: float
    minimum_outdoor_air_percent: int

    @property
    def has_setback(self) -> bool:
        return self.setback_from != self.setback_to


class Rating(msgspec.Struct, frozen=True):
    name: str
    value: float
    unit: str


class Equipment(msgspec.Struct, frozen=True):
    """A named piece of plant, such as AHU-1 or CH-1, of an invented make."""

    tag: str
    kind: EquipmentKind
    make: str
    model: str
    serves: str
    installed: int
    ratings: tuple[Rating, ...]

    @property
    def label(self) -> str:
        """As listed in buildings.json: "AHU-1 air handling unit (ground to 3rd floor)"."""
        return f"{self.tag} {self.kind.replace('_', ' ')} ({self.serves})"


class Contact(msgspec.Struct, frozen=True):
    """An invented person: e-mail at example.org, telephone in a range reserved for fiction."""

    name: str
    role: str
    email: str
    phone: str


class Contractor(msgspec.Struct, frozen=True):
    company: str
    email: str
    phone: str
    technicians: tuple[str, ...]


class Tenant(msgspec.Struct, frozen=True):
    name: str
    floors: str


class Tariff(msgspec.Struct, frozen=True):
    id: str
    name: str
    electricity_eur_per_kwh: float
    gas_eur_per_m3: float
    chilled_water_eur_per_kwh: float


class Holiday(msgspec.Struct, frozen=True):
    date: date
    name: str


class Building(msgspec.Struct, frozen=True):
    """`tariff` is a tariff's id; `log` the path, inside the documents folder, of its maintenance log of the year."""

    id: str
    name: str
    aliases: tuple[str, ...]
    kind: Kind
    floor_area_m2: int
    floors: int
    built: int
    address: str
    schedule: Schedule
    tariff: str
    tenants: tuple[Tenant, ...]
    systems: tuple[Equipment, ...]
    setpoints: Setpoints
    contacts: tuple[Contact, ...]
    contractor: Contractor
    utilities: tuple[Utility, ...]
    log: str

    @property
    def always_open(self) -> bool:
        return self.schedule.closes == "24:00" and len(self.schedule.days) == 7

    def equipment(self, kind: EquipmentKind) -> Equipment | None:
        """The first piece of that kind, or None."""
        return next((e for e in self.systems if e.kind == kind), None)


class Meter(msgspec.Struct, frozen=True):
    id: str
    building: str
    utility: Utility
    unit: str


class Event(msgspec.Struct, frozen=True):
    """What was planted. [start, end) is aware local time; `excess` is what it added per utility, in the meter's unit.

    `equipment` is a tag of the building, "" where no plant is at fault. `found`, `fixed`, `technician`, `observed` and
    `work` are for the maintenance log; a holiday has no technician.
    """

    id: str
    building: str
    cause: Cause
    start: datetime
    end: datetime
    utilities: tuple[Utility, ...]
    direction: Direction
    excess: dict[Utility, float]
    description: str
    words: tuple[str, ...]
    documents: tuple[str, ...]
    equipment: str
    found: date
    fixed: date
    technician: str
    observed: str
    work: str


class QuietWeek(msgspec.Struct, frozen=True):
    """Monday to Monday, half-open."""

    building: str
    start: date
    end: date


class Weather(msgspec.Struct, frozen=True):
    """Hourly, aligned with `World.hours`."""

    temperature_c: Series
    relative_humidity: Series
    solar_w_m2: Series


class World(msgspec.Struct, frozen=True):
    """`hours` are the starts of the year's hours in UTC (datetime64[s]); `readings` by meter id, NaN where missing."""

    seed: int
    year: int
    timezone: str
    portfolio: str
    buildings: tuple[Building, ...]
    tariffs: tuple[Tariff, ...]
    holidays: tuple[Holiday, ...]
    meters: tuple[Meter, ...]
    hours: NDArray[np.datetime64]
    weather: Weather
    readings: dict[str, Series]
    events: tuple[Event, ...]
    quiet_weeks: tuple[QuietWeek, ...]

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        return tuple(tenant for building in self.buildings for tenant in building.tenants)

    def building(self, building_id: str) -> Building:
        """Raise `KeyError` for an id that is not of this world."""
        return {building.id: building for building in self.buildings}[building_id]

    def events_of(self, building_id: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.building == building_id)


def local_midnight(day: date, zone: tzinfo) -> datetime:
    """The aware start of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
