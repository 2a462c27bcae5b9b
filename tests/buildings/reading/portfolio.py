"""A portfolio to ask about, and the short form in which the tables of questions write what was read.

`tool utility buildings period[ vs period][ metric][ direction]`, calls joined by " | "; days are month-day of 2025,
both included. `each` is one call for every building, `all` one call across them; `-` is no utility.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.portfolio import Building, Holiday, Kind, Meter, Portfolio, Schedule, Unit
from vestibule.buildings.reading import Reading
from vestibule.core.evidence import Period, Utility

ZONE = ZoneInfo("Europe/Berlin")
_HOURS = Schedule(days=("mon", "tue", "wed", "thu", "fri"), opens="07:00", closes="19:00")
_UNITS: dict[Utility, Unit] = {"electricity": "kWh", "gas": "m³", "chilled_water": "kWh"}
_LETTERS: dict[str, Utility] = {"e": "electricity", "g": "gas", "c": "chilled_water"}
_BUILDINGS: tuple[tuple[str, str, Kind, str, tuple[str, ...]], ...] = (
    ("harbour-office", "Harbour Office", "office", "egc", ("the harbour building",)),
    ("mill-street-office", "Mill Street Office", "office", "egc", ()),
    ("linden-school", "Linden School", "school", "eg", ()),
    ("st-anna-hospital", "St. Anna Hospital", "hospital", "egc", ("St Anna", "Anna Clinic")),
    ("hotel-belvedere", "Hotel Belvedere", "hotel", "egc", ("the Belvedere",)),
    ("market-hall", "Market Hall", "retail", "egc", ()),
    ("kepler-laboratory", "Kepler Laboratory", "laboratory", "egc", ()),
    ("north-dock-warehouse", "North Dock Warehouse", "warehouse", "e", ()),
    ("tower-data-room", "Tower Data Room", "data_room", "ec", ()),
)
PORTFOLIO = Portfolio(
    name="Quayside",
    timezone="Europe/Berlin",
    buildings=tuple(
        Building(id=id_, name=name, kind=kind, floor_area_m2=1000.0, schedule=_HOURS, aliases=aliases)
        for id_, name, kind, _, aliases in _BUILDINGS
    ),
    holidays=(
        Holiday(date(2025, 1, 1), "New Year's Day"),
        Holiday(date(2025, 5, 1), "Labour Day"),
        Holiday(date(2025, 10, 3), "German Unity Day"),
        Holiday(date(2025, 12, 25), "Christmas Day"),
    ),
    tariffs=(),
    meters=tuple(
        Meter(f"{id_}.{_LETTERS[letter]}", id_, _LETTERS[letter], _UNITS[_LETTERS[letter]])
        for id_, _, _, letters, _ in _BUILDINGS
        for letter in letters
    ),
    data_start=datetime(2025, 1, 1, tzinfo=ZONE),
    data_end=datetime(2026, 1, 1, tzinfo=ZONE),
)


def in_short(reading: Reading) -> str:
    """The reading as the tables write it: calls, or "documents", or "nothing", and the ids named where no call is."""
    if reading.calls:
        grouped: dict[str, list[AnalyticCall]] = {}
        for call in reading.calls:
            grouped.setdefault(_call(call, "?"), []).append(call)
        return " | ".join(_call(calls[0], _buildings(calls)) for calls in grouped.values())
    kind = "nothing" if reading.is_about_data else "documents"
    return f"{kind} {','.join(reading.buildings)}".strip()


def _buildings(calls: list[AnalyticCall]) -> str:
    if len(calls[0].buildings) > 1:
        return "all" if len(calls[0].buildings) == len(PORTFOLIO.buildings) else ",".join(calls[0].buildings)
    ids = [call.buildings[0] for call in calls]
    utility = calls[0].utility
    metered = {m.building for m in PORTFOLIO.meters if utility in (None, m.utility)}
    return "each" if set(ids) == metered and len(ids) > 1 else "+".join(ids)


def _call(call: AnalyticCall, buildings: str) -> str:
    second = f" vs {_period(call.second_period)}" if call.second_period else ""
    tail = "".join(f" {part}" for part in (call.metric, call.direction) if part)
    return f"{call.tool} {call.utility or '-'} {buildings} {_period(call.period)}{second}{tail}"


def _period(period: Period) -> str:
    if period.start.hour or period.end.hour:
        return f"{period.start:%m-%dT%H}..{period.end:%m-%dT%H}"
    return f"{period.start:%m-%d}..{period.end - timedelta(seconds=1):%m-%d}"
