"""Say what a fault is and what points to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from vestibule.buildings.diagnosis.faults import Fault
from vestibule.buildings.diagnosis.wording import day_period
from vestibule.buildings.series import BuildingSeries
from vestibule.buildings.speech import SAID, UNIT, above, listed, metered
from vestibule.core.evidence import Cause, Finding, Quantity, Utility

NAMED: dict[Cause, str] = {
    "failed_setback": "a night setback that failed (plant kept running at night and at weekends)",
    "stuck_damper": "an outdoor-air damper stuck open (too much outside air)",
    "chiller_fault": "a chiller fault (the chiller lost efficiency, its COP fell)",
}
NOTEWORTHY = 0.05
_CONDITIONED: dict[Utility, str] = {
    "chilled_water": ": warm outside air had to be cooled",
    "gas": ": cold outside air had to be heated",
    "electricity": "",
}


def fault_findings(series: BuildingSeries, faults: Sequence[Fault]) -> list[Finding]:
    return [_finding(series, fault) for fault in faults]


def _finding(series: BuildingSeries, fault: Fault) -> Finding:
    assert fault.cause is not None
    grid = series.grid
    period = day_period(grid, grid.days[fault.first], grid.days[fault.first] + timedelta(days=fault.end - fault.first))
    excess = _excess(fault)
    signs, numbers = _SIGNS[fault.cause](fault)
    wasted = listed([metered(quantity, utility) for utility, quantity in excess.items()])
    return Finding(
        cause=fault.cause,
        period=period,
        confidence=min(0.95, 0.75 + 0.1 * len(signs)),
        summary=(
            f"The pattern over {period.label} points to {NAMED[fault.cause]} at {series.building.name}:"
            f" it took about {wasted} more than expected."
        ),
        signs=tuple(signs),
        quantities=(*excess.values(), *numbers),
    )


def _excess(fault: Fault) -> dict[Utility, Quantity]:
    """What each meter counted above expected, where it is worth saying; at least the largest."""
    totals = {u: fault.excess(u) for u in fault.used}
    noteworthy = {
        u: total
        for u, total in totals.items()
        if total > 0 and max(fault.used[u].share, fault.resting[u].share if u in fault.resting else 0.0) > NOTEWORTHY
    }
    if not noteworthy:
        utility = max(totals, key=lambda u: totals[u])
        noteworthy = {utility: totals[utility]}
    return {u: Quantity(f"excess_{u}", total, UNIT[u]) for u, total in noteworthy.items()}


def _failed_setback(fault: Fault) -> tuple[list[str], list[Quantity]]:
    signs, numbers = [], []
    for utility, part in fault.resting.items():
        if part.share > NOTEWORTHY and part.expected > 0 and part.excess > max(fault.used[utility].excess, 0.0):
            night = _percent(f"resting_{utility}_percent", part.excess, part.expected)
            day = _percent(f"used_{utility}_percent", fault.used[utility].excess, fault.used[utility].expected)
            numbers += [night, day]
            signs.append(
                f"Outside the hours of use {SAID[utility]} was {above(night)} expected,"
                f" in the hours of use {above(day)}."
            )
    return signs, numbers


def _stuck_damper(fault: Fault) -> tuple[list[str], list[Quantity]]:
    signs, numbers = [], []
    for utility, reason in _CONDITIONED.items():
        part = fault.used.get(utility)
        if part and part.share > NOTEWORTHY:
            number = _percent(f"used_{utility}_percent", part.excess, part.expected)
            numbers.append(number)
            signs.append(f"In the hours of use {SAID[utility]} was {above(number)} expected{reason}.")
    return signs, numbers


def _chiller_fault(fault: Fault) -> tuple[list[str], list[Quantity]]:
    signs, numbers = [], []
    cooling = fault.used["chilled_water"]
    numbers.append(_percent("used_chilled_water_percent", cooling.excess, cooling.expected))
    signs.append(f"Chilled water was {above(numbers[-1])} expected: there was no more cooling to do.")
    if fault.plant:
        numbers.append(_percent("plant_electricity_percent", fault.plant.excess, fault.plant.expected))
        signs.append(f"Electricity was {above(numbers[-1])} what is usual for that much chilled water.")
    return signs, numbers


_SIGNS = {"failed_setback": _failed_setback, "stuck_damper": _stuck_damper, "chiller_fault": _chiller_fault}


def _percent(name: str, excess: float, expected: float) -> Quantity:
    return Quantity(name, 100 * excess / max(expected, 1e-9), "%")
