"""Make the demo world of a seed: portfolio, weather, a year of readings, and the truth about what was planted in it.

A pure function of the seed. What an event added is the difference between the year as metered and the same year, with
the same noise, in which nothing happened.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from msgspec.structs import replace

from vestibule.core.evidence import Utility
from vestibule.demo.load import LoadModel, load_model
from vestibule.demo.model import Building, Direction, Event, QuietWeek, Series, Weather, World
from vestibule.demo.plan import PUBLIC_HOLIDAYS, Planned, closed_days, faults_of, plan_events
from vestibule.demo.portfolio import draw_performance, draw_portfolio, meters_of
from vestibule.demo.story import tell
from vestibule.demo.streams import stream
from vestibule.demo.timeline import DAYS_IN_YEAR, FIRST_DAY, HOLIDAYS, TIMEZONE, YEAR, Timeline, year_timeline
from vestibule.demo.weather import year_weather

_QUIET_WEEKS = 3
_NOTICEABLE = 0.02
_Use = dict[Utility, Series]


def generate(seed: int) -> World:
    """The whole world of a seed, the same on every call."""
    timeline = year_timeline()
    weather = year_weather(seed, timeline)
    portfolio, buildings, tariffs = draw_portfolio(seed)
    models = tuple(load_model(seed, b, draw_performance(seed, b), timeline, weather) for b in buildings)
    plans = plan_events(seed, models)
    readings: dict[str, Series] = {}
    events: list[Event] = []
    for model in models:
        planned = plans[model.building.id]
        metered, eventless = _years(model, planned)
        events += _events(seed, model, planned, metered, eventless)
        for utility, use in metered.items():
            readings[f"{model.building.id}.{utility}"] = _with_gaps(use, utility, timeline, planned)
    return World(
        seed=seed,
        year=YEAR,
        timezone=TIMEZONE,
        portfolio=portfolio,
        buildings=buildings,
        tariffs=tariffs,
        holidays=HOLIDAYS,
        meters=meters_of(buildings),
        hours=timeline.hours,
        weather=weather,
        readings=readings,
        events=_numbered(events),
        quiet_weeks=tuple(week for b in buildings for week in _quiet_weeks(seed, b, plans[b.id], timeline, weather)),
    )


def _years(model: LoadModel, planned: tuple[Planned, ...]) -> tuple[_Use, _Use]:
    """The year as it went, and the year in which none of its events happened."""
    metered = model.simulate(faults_of(model, planned), closed_days(model.building, planned))
    eventless = model.simulate((), PUBLIC_HOLIDAYS - {p.start.date() for p in planned if p.cause == "holiday"})
    return metered, eventless


def _with_gaps(use: Series, utility: Utility, timeline: Timeline, planned: tuple[Planned, ...]) -> Series:
    counted = use.copy()
    for p in planned:
        if p.cause == "meter_gap" and p.carrier == utility:
            counted[timeline.window(p.start, p.end)] = np.nan
    return counted


def _events(seed: int, model: LoadModel, planned: tuple[Planned, ...], metered: _Use, eventless: _Use) -> list[Event]:
    building = model.building
    rng = stream(seed, "stories", building.id)
    events = []
    for p in planned:
        story = tell(building, p, int(rng.integers(100)))
        excess = _excess(p, model.timeline.window(p.start, p.end), metered, eventless)
        fixed = (p.end - timedelta(hours=1)).date()
        lasted = max(0, (fixed - p.start.date()).days)
        found = p.start.date() + timedelta(days=min(lasted, max(1, round(lasted * float(rng.uniform(0.6, 0.95))))))
        technicians = building.contractor.technicians
        events.append(
            Event(
                id="",
                building=building.id,
                cause=p.cause,
                start=p.start,
                end=p.end,
                utilities=tuple(excess),
                direction=_direction(p),
                excess=excess,
                description=story.description,
                words=story.words,
                documents=(building.log,),
                equipment=story.equipment,
                found=found,
                fixed=fixed,
                technician="" if p.cause == "holiday" else technicians[int(rng.integers(len(technicians)))],
                observed=story.observed,
                work=story.work,
            )
        )
    return events


def _excess(p: Planned, window: slice, metered: _Use, eventless: _Use) -> dict[Utility, float]:
    """What the event added to each utility it moved noticeably; for a gap, less what was not counted."""
    if p.cause == "meter_gap":
        return {p.carrier: -round(float(metered[p.carrier][window].sum()), 2)}
    added = {}
    for utility, use in metered.items():
        normal = eventless[utility]
        change = float(use[window].sum() - normal[window].sum())
        ordinary = max(float(normal[window].sum()), float(normal.mean()) * (window.stop - window.start) / 2)
        if utility == p.carrier or abs(change) > _NOTICEABLE * ordinary:
            added[utility] = round(change, 2)
    return added


def _direction(p: Planned) -> Direction:
    if p.cause == "meter_gap":
        return "missing"
    return "low" if p.cause == "holiday" else "high"


def _numbered(events: list[Event]) -> tuple[Event, ...]:
    ordered = sorted(events, key=lambda event: (event.start, event.building))
    return tuple(replace(event, id=f"e{i}") for i, event in enumerate(ordered, start=1))


def _quiet_weeks(
    seed: int, building: Building, planned: tuple[Planned, ...], timeline: Timeline, weather: Weather
) -> list[QuietWeek]:
    """Weeks, by time, with no event within three days, no holiday, and weather that other weeks surpass both ways."""
    rng = stream(seed, "quiet", building.id)
    mondays = [day for i in range(DAYS_IN_YEAR - 7) if (day := FIRST_DAY + timedelta(days=i)).weekday() == 0]
    ordinary = _ordinary_weeks(mondays, timeline, weather)
    margin = timedelta(days=3)

    def quiet(monday: date) -> bool:
        end = monday + timedelta(days=7)
        alone = all(end + margin <= p.start.date() or monday - margin >= p.end.date() for p in planned)
        return monday in ordinary and alone and not any(monday <= day < end for day in PUBLIC_HOLIDAYS)

    candidates = [monday for monday in mondays if quiet(monday)]
    chosen = sorted(candidates[i] for i in rng.permutation(len(candidates))[:_QUIET_WEEKS].tolist())
    return [QuietWeek(building.id, monday, monday + timedelta(days=7)) for monday in chosen]


def _ordinary_weeks(mondays: list[date], timeline: Timeline, weather: Weather) -> set[date]:
    """Those whose mean, highest and lowest temperature at least three other weeks exceed, and three undercut."""
    windows = [timeline.day_window(monday, monday + timedelta(days=7)) for monday in mondays]
    ordinary = np.ones(len(mondays), dtype=bool)
    for measure in (np.mean, np.max, np.min):
        values = np.array([measure(weather.temperature_c[window]) for window in windows])
        low, high = np.sort(values)[[3, -4]]
        ordinary &= (values >= low) & (values <= high)
    return {monday for monday, keep in zip(mondays, ordinary, strict=True) if keep}
