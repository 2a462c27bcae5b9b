"""Which faults, closures and gaps a building gets, and when: each where its mechanism really acts, judged by the model.

A period is taken only if the load model, run with and without the fault, shows a clear effect on the utility that
carries it. Events of one building keep two weeks apart; those of Harbour Office keep four from its July event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np

from vestibule.core.evidence import Utility
from vestibule.demo.load import Fault, LoadModel
from vestibule.demo.model import Building, Cause, Series, local_midnight
from vestibule.demo.streams import stream
from vestibule.demo.timeline import DAYS_IN_YEAR, FIRST_DAY, HOLIDAYS, ZONE

HARBOUR = "harbour-office"
CLEAR_EFFECT = 0.12
_APART = timedelta(days=14)
_HARBOUR_APART = timedelta(days=28)
_HARBOUR_CAUSES: tuple[Cause, ...] = ("chiller_fault", "stuck_damper", "failed_setback")
_HARBOUR_MUST_COVER = (date(2025, 7, 7), date(2025, 7, 15))
_SEVERITY: dict[Cause, tuple[float, float]] = {
    "stuck_damper": (0.75, 1.0),
    "chiller_fault": (0.36, 0.45),
    "failed_setback": (1.0, 1.0),
}
_COOLING_SEASON = (date(2025, 5, 5), date(2025, 9, 28))
_CLOSURES = (date(2025, 5, 2), date(2025, 5, 30), date(2025, 6, 10), date(2025, 9, 26), date(2025, 11, 14))
_GAPS = 5
PUBLIC_HOLIDAYS = frozenset(holiday.date for holiday in HOLIDAYS)


class Planned(msgspec.Struct, frozen=True):
    """An event before its story is written: [start, end) local; `carrier` is the utility that shows it best."""

    cause: Cause
    start: datetime
    end: datetime
    carrier: Utility
    severity: float = 0.0


def plan_events(seed: int, models: tuple[LoadModel, ...]) -> dict[str, tuple[Planned, ...]]:
    """Per building id, by time."""
    gapped = stream(seed, "gaps").permutation(len(models))[:_GAPS].tolist()
    plans: dict[str, tuple[Planned, ...]] = {}
    for i, model in enumerate(models):
        planned: list[Planned] = []
        for cause in _causes(seed, model.building):
            _plan_fault(seed, model, cause, planned)
        if not model.building.always_open:
            _plan_holiday(seed, model.building, planned)
        if i in gapped:
            _plan_gap(seed, model, planned)
        plans[model.building.id] = tuple(sorted(planned, key=lambda p: p.start))
    return plans


def closed_days(building: Building, planned: tuple[Planned, ...]) -> frozenset[date]:
    """The days a building rests though its schedule says otherwise."""
    return PUBLIC_HOLIDAYS | {p.start.date() for p in planned if p.cause == "holiday"}


def faults_of(model: LoadModel, planned: tuple[Planned, ...]) -> tuple[Fault, ...]:
    """Those that act on the plant, as the load model takes them."""
    return tuple(
        Fault(p.cause, model.timeline.window(p.start, p.end), p.severity) for p in planned if p.cause in _SEVERITY
    )


def _causes(seed: int, building: Building) -> list[Cause]:
    """Two faults that the building's plant can have; Harbour Office's July event comes first."""
    possible: list[Cause] = []
    if building.equipment("air_handling_unit"):
        possible.append("stuck_damper")
    if building.setpoints.has_setback:
        possible.append("failed_setback")
    if building.equipment("chiller"):
        possible.append("chiller_fault")
    order = stream(seed, "causes", building.id).permutation(len(possible)).tolist()
    causes = [possible[i] for i in order][:2]
    if building.id == HARBOUR:
        july = _HARBOUR_CAUSES[seed % len(_HARBOUR_CAUSES)]
        return [july, next(c for c in [possible[i] for i in order] if c != july)]
    return causes


def _plan_fault(seed: int, model: LoadModel, cause: Cause, planned: list[Planned]) -> None:
    """Append the first period, in a random order, that is free and clear; none if the year has none."""
    building = model.building
    rng = stream(seed, "fault", building.id, cause)
    severity = float(rng.uniform(*_SEVERITY[cause]))
    normal = model.simulate((), PUBLIC_HOLIDAYS)
    july = building.id == HARBOUR and not planned
    for first, end in _july_periods(rng) if july else _periods(rng):
        season = cause == "chiller_fault" and not (_COOLING_SEASON[0] <= first and end <= _COOLING_SEASON[1])
        if season or (not july and not _free(building, planned, first, end)):
            continue
        start, stop = local_midnight(first, ZONE), local_midnight(end, ZONE)
        fault = Fault(cause, model.timeline.window(start, stop), severity)
        faulty = model.simulate((fault,), PUBLIC_HOLIDAYS)
        carrier = _carrier(cause, normal, faulty, fault.hours)
        if july:
            carrier = "electricity"
        elif carrier is None:
            continue
        planned.append(Planned(cause, start, stop, carrier, severity))
        return


def _carrier(
    cause: Cause, normal: dict[Utility, Series], faulty: dict[Utility, Series], hours: slice
) -> Utility | None:
    """The utility that shows the fault: electricity if in doubt, gas where heat is what is wasted, or None."""
    rise = {u: faulty[u][hours].sum() / max(normal[u][hours].sum(), 1.0) - 1 for u in normal}
    heated = rise.get("gas", 0.0) >= 2 * CLEAR_EFFECT and normal["gas"][hours].mean() >= normal["gas"].mean()
    if rise["electricity"] >= CLEAR_EFFECT and not (heated and cause == "stuck_damper"):
        return "electricity"
    return "gas" if heated and cause != "chiller_fault" else None


def _july_periods(rng: np.random.Generator) -> Iterator[tuple[date, date]]:
    first, end = _HARBOUR_MUST_COVER
    yield first - timedelta(days=int(rng.integers(0, 3))), end + timedelta(days=int(rng.integers(0, 5)))


def _periods(rng: np.random.Generator) -> Iterator[tuple[date, date]]:
    """One to three weeks, anywhere in the year."""
    for day in rng.permutation(DAYS_IN_YEAR - 12).tolist():
        first = FIRST_DAY + timedelta(days=day + 4)
        end = first + timedelta(days=int(rng.integers(7, 22)))
        if end <= date(2025, 12, 22):
            yield first, end


def _free(building: Building, planned: list[Planned], first: date, end: date) -> bool:
    """Far enough from the building's other events, and without a public holiday inside."""
    return _apart(building, planned, first, end) and not any(first <= holiday < end for holiday in PUBLIC_HOLIDAYS)


def _apart(building: Building, planned: list[Planned], first: date, end: date) -> bool:
    start, stop = local_midnight(first, ZONE), local_midnight(end, ZONE)
    margins = [_HARBOUR_APART if building.id == HARBOUR and i == 0 else _APART for i in range(len(planned))]
    return all(start >= p.end + gap or stop <= p.start - gap for p, gap in zip(planned, margins, strict=True))


def _plan_holiday(seed: int, building: Building, planned: list[Planned]) -> None:
    """One public holiday; for some buildings a closure of their own on another weekday as well."""
    rng = stream(seed, "holiday", building.id)
    public = [h.date for h in HOLIDAYS]
    candidates = [public[i] for i in rng.permutation(len(public)).tolist()]
    own = [_CLOSURES[i] for i in rng.permutation(len(_CLOSURES)).tolist()] if rng.uniform() < 0.4 else []
    for days in (candidates, own):
        for day in days:
            end = day + timedelta(days=1)
            if _apart(building, planned, day, end):
                planned.append(Planned("holiday", local_midnight(day, ZONE), local_midnight(end, ZONE), "electricity"))
                break


def _plan_gap(seed: int, model: LoadModel, planned: list[Planned]) -> None:
    """10 to 120 hours missing on one meter, from any hour of a day on which that meter has something to count."""
    rng = stream(seed, "gap", model.building.id)
    utility = model.building.utilities[int(rng.integers(len(model.building.utilities)))]
    length = timedelta(hours=int(rng.integers(10, 121)))
    normal = model.simulate((), PUBLIC_HOLIDAYS)[utility]
    for day in rng.permutation(DAYS_IN_YEAR - 20).tolist():
        first = FIRST_DAY + timedelta(days=day + 7)
        start = local_midnight(first, ZONE).replace(hour=int(rng.integers(4, 24)))
        end = (start.astimezone(UTC) + length).astimezone(ZONE)
        counted = normal[model.timeline.window(start, end)].mean() > 0.5 * normal.mean()
        if counted and _free(model.building, planned, first, first + timedelta(days=7)):
            planned.append(Planned("meter_gap", start, end, utility))
            return
