"""Asks the typed functions about every planted event and quiet week of generated worlds, and counts what they say.

`python benchmarks/buildings/diagnosis.py --seeds 100-115` prints a table of planted against found causes. Each event is
asked about over exactly its days, over the calendar months it lies in, and over the full weeks it touches; with the
utility that it moved most and without one. Seeds 0-115 are for developing; others are kept for judging.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vestibule.buildings.assessment import assess
from vestibule.buildings.calls import Direction
from vestibule.buildings.context import Usage
from vestibule.buildings.explanation import Explanation, explain
from vestibule.buildings.portfolio import Building, Meter, Schedule
from vestibule.buildings.series import BuildingSeries, Grid, Weather, grid_of, hours_in
from vestibule.core.evidence import Finding, Period, Utility
from vestibule.demo.model import Event, World
from vestibule.demo.world import generate

Outcome = tuple[str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="100-115", help="first-last")
    parser.add_argument("--verbose", action="store_true", help="say what was missed")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    counts: Counter[Outcome] = Counter()
    started = time.perf_counter()
    asked = 0
    for seed in range(int(first), int(last or first) + 1):
        for outcome, note in _ask_all(generate(seed)):
            counts[outcome] += 1
            asked += 1
            if arguments.verbose and outcome[1] != outcome[2]:
                print(f"seed {seed}: {outcome[0]}, {outcome[1]} -> {outcome[2]}: {note}")
    _print(counts)
    print(f"{asked} questions, {1000 * (time.perf_counter() - started) / asked:.0f} ms each")


def _ask_all(world: World) -> Iterator[tuple[Outcome, str]]:
    zone = ZoneInfo(world.timezone)
    start = datetime(world.year, 1, 1, tzinfo=zone)
    grid = grid_of(start, start.replace(year=world.year + 1), zone)
    for building in world.buildings:
        series = _series(world, grid, building.id)
        for event in world.events_of(building.id):
            carrier: Utility = max(event.utilities, key=lambda u: _moved(event, series, u))
            asked: tuple[Utility | None, ...] = (carrier, None)
            for window, period in _periods(event, zone):
                for utility in asked:
                    found = _found(world, series, period, utility, event)
                    yield (window, event.cause, found), f"{building.id} {period.label} {utility}"
        for week in world.quiet_weeks:
            if week.building == building.id:
                period = _period(week.start, week.end, zone)
                said = _explain(series, period, None, "high")
                causes = sorted({finding.cause for finding in said.findings})
                yield ("week", "quiet", "+".join(causes) or "quiet"), f"{building.id} {period.label} {said.statements}"


def _moved(event: Event, series: BuildingSeries, utility: Utility) -> float:
    return abs(event.excess[utility]) / float(series.amounts[utility].mean()) if utility in event.excess else 0.0


def _found(world: World, series: BuildingSeries, period: Period, utility: Utility | None, event: Event) -> str:
    """The event's cause if it is named and every other cause named is true as well, else what is named first."""
    direction: Direction = "high" if event.direction == "high" else "low"
    findings = _explain(series, period, utility, direction).findings
    named = [finding.cause for finding in findings]
    if event.cause in named and all(_is_true(world, series, finding) for finding in findings):
        return event.cause
    return next((cause for cause in named if cause != event.cause), "nothing")


def _is_true(world: World, series: BuildingSeries, finding: Finding) -> bool:
    """Whether an event of that cause was planted then, or it is a public holiday."""
    start, end = finding.period.start, finding.period.end
    planted = any(
        e.cause == finding.cause and e.start < end and e.end > start for e in world.events_of(series.building.id)
    )
    return planted or (finding.cause == "holiday" and start.date() in series.holidays)


def _explain(series: BuildingSeries, period: Period, utility: Utility | None, direction: Direction) -> Explanation:
    window = series.grid.window(period)
    wanted: list[Utility] = [utility] if utility else list(series.amounts)
    usages = [Usage(series, u, period, window, series.amounts[u][window], hours_in(period)) for u in wanted]
    return explain(series, usages, assess(series, period), period, direction)


def _periods(event: Event, zone: ZoneInfo) -> Iterator[tuple[str, Period]]:
    first, end = event.start.date(), event.end.date()
    if event.end.hour:
        end += timedelta(days=1)
    yield "exact", _period(first, end, zone)
    month, after = first.replace(day=1), (end - timedelta(days=1)).replace(day=1)
    yield "months", _period(month, (after + timedelta(days=32)).replace(day=1), zone)
    monday = first - timedelta(days=first.weekday())
    yield "weeks", _period(monday, end + timedelta(days=-end.weekday() % 7), zone)


def _period(first: date, end: date, zone: ZoneInfo) -> Period:
    start, stop = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (first, end))
    return Period(start, stop, f"{first} to {end - timedelta(days=1)}")


def _series(world: World, grid: Grid, building_id: str) -> BuildingSeries:
    planned = world.building(building_id)
    schedule = Schedule(planned.schedule.days, planned.schedule.opens, planned.schedule.closes)
    meters = {
        m.utility: Meter(m.id, building_id, m.utility, "m³" if m.unit == "m³" else "kWh")
        for m in world.meters
        if m.building == building_id
    }
    return BuildingSeries(
        building=Building(building_id, planned.name, planned.kind, planned.floor_area_m2, schedule),
        grid=grid,
        weather=Weather(world.weather.temperature_c, world.weather.solar_w_m2),
        meters=meters,
        amounts={utility: world.readings[meter.id] for utility, meter in meters.items()},
        holidays={holiday.date: holiday.name for holiday in world.holidays},
    )


def _print(counts: Counter[Outcome]) -> None:
    planted = sorted({(window, cause) for window, cause, _ in counts}, key=lambda key: (key[1], key[0]))
    found = sorted({cause for _, _, cause in counts})
    print(f"{'planted':<16}{'asked over':<12}" + "".join(f"{cause:>16}" for cause in found) + f"{'right':>9}")
    for window, cause in planted:
        row = [counts[window, cause, name] for name in found]
        right = counts[window, cause, cause] / sum(row)
        print(f"{cause:<16}{window:<12}" + "".join(f"{n or '':>16}" for n in row) + f"{right:>9.1%}")
    events = [(key, n) for key, n in counts.items() if key[1] != "quiet"]
    if events:
        right = sum(n for key, n in events if key[1] == key[2]) / sum(n for _, n in events)
        print(f"events: {right:.1%} right")


if __name__ == "__main__":
    main()
