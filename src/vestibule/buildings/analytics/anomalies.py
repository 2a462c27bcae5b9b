"""Days of a period that depart from what was to be expected, and what explains them."""

from __future__ import annotations

import msgspec
import numpy as np

from vestibule.buildings.assessment import Assessment
from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, one_building
from vestibule.buildings.diagnosis.departures import LEAST_SHARE
from vestibule.buildings.explanation import explain
from vestibule.buildings.level import SIGMAS
from vestibule.buildings.speech import SAID, UNIT, above, amount, listed, weekday
from vestibule.core.evidence import Quantity, ToolResult, Utility

SAID_DAYS = 3
LEAST_HOURS = 20


class _Day(msgspec.Struct, frozen=True):
    index: int
    excess: float
    expected: float


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: those of `explain`, and the excess of each day named. Says the days that depart the furthest."""
    building_id = one_building(call)
    series = await context.series(building_id)
    utilities: list[Utility] = [call.utility] if call.utility else sorted(series.amounts, key=_ORDER.index)
    usages = [await context.usage(building_id, utility, call.period) for utility in utilities]
    assessment = await context.assessment(building_id, call.period)
    explanation = explain(series, usages, assessment, call.period, call.direction)
    said, quantities = [], []
    for usage in usages if explanation.findings else []:
        sentence, numbers = _say_days(usage, _departing(usage, assessment))
        said += sentence
        quantities += numbers
    return context.result(
        call,
        buildings=[series.building],
        utility=call.utility,
        quantities=[*explanation.quantities, *quantities],
        coverage=min((usage.coverage for usage in usages), default=0.0),
        method=explanation.method,
        statements=[*explanation.statements, *said],
        findings=explanation.findings,
    )


_ORDER: list[Utility] = ["electricity", "gas", "chilled_water"]


def _departing(usage: Usage, assessment: Assessment) -> list[_Day]:
    """Nearly complete days beyond three sigma and `LEAST_SHARE` of their expected use, the furthest first."""
    baseline, grid = assessment.baselines.get(usage.utility), usage.series.grid
    if baseline is None:
        return []
    least = SIGMAS * baseline.sigma
    floor = 24 * float(baseline.expected.mean())
    days = []
    for d in range(*grid.day_window(usage.period).indices(len(grid.days))):
        hours = grid.hours_of_days(d, d + 1)
        amounts = usage.series.amounts[usage.utility][hours]
        known = ~np.isnan(amounts)
        expected = float(baseline.expected[hours][known].sum())
        excess = float(amounts[known].sum()) - expected
        if known.sum() >= LEAST_HOURS and abs(excess) > max(
            least * max(expected, floor), LEAST_SHARE[usage.utility] * expected
        ):
            days.append(_Day(d, excess, expected))
    return sorted(days, key=lambda day: -abs(day.excess))


def _say_days(usage: Usage, days: list[_Day]) -> tuple[list[str], list[Quantity]]:
    if not days:
        return [], []
    grid, unit = usage.series.grid, UNIT[usage.utility]
    parts, quantities = [], [Quantity(f"{usage.utility}_days", len(days), "d")]
    for day in days[:SAID_DAYS]:
        date = grid.days[day.index]
        excess = Quantity(f"excess_{usage.utility}_{date}", day.excess, unit)
        share = Quantity(f"departure_{usage.utility}_{date}", 100 * day.excess / max(day.expected, 1e-9), "%")
        quantities += [excess, Quantity(excess.name.replace("excess", "difference"), abs(day.excess), unit), share]
        parts.append(f"{weekday(date)} ({amount(quantities[-2])}, {above(share)} expected)")
    count = f"{len(days)} days" if len(days) > 1 else "One day"
    lead = "the furthest were" if len(days) > 1 else "it was"
    return [f"{count} of {SAID[usage.utility]} use departed from expected; {lead} {listed(parts)}."], quantities
