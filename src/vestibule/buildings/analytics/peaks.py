"""When a meter counted the most, or the least: hours and days, and the load factor."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, one_building
from vestibule.buildings.speech import DEMAND_UNIT, SAID, UNIT, amount, hour, listed, weekday, within
from vestibule.core.errors import NotFound
from vestibule.core.evidence import Quantity, ToolResult

OTHERS = 2


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: peak_demand (or lowest_demand), those of the next days, the highest (or lowest) day, mean_demand,
    load_factor. The demand of an hour is what was counted in it."""
    usage = await context.usage(one_building(call), call.utility or "electricity", call.period)
    if not usage.present:
        raise NotFound(
            f"{usage.building.name} has no {SAID[usage.utility]} readings {within(call.period)}.",
            next_step="Ask for another period.",
        )
    low, unit = call.direction == "low", DEMAND_UNIT[usage.utility]
    hours = _extreme_hours(usage, low)
    name = "lowest_demand" if low else "peak_demand"
    peak = Quantity(name, hours[0][1], unit)
    others = [Quantity(f"{name}_{n}", value, unit) for n, (_, value) in enumerate(hours[1:], start=2)]
    day, used = _extreme_day(usage, low)
    day_total = Quantity("lowest_day" if low else "highest_day", used, UNIT[usage.utility])
    mean = Quantity("mean_demand", usage.total.value / usage.present, unit)
    quantities = [peak, *others, day_total, mean]
    what = "lowest demand" if low else "peak demand"
    statements = [
        f"The {what} of {SAID[usage.utility]} at {usage.building.name} {within(call.period)} was {amount(peak)},"
        f" in the hour from {hour(hours[0][0])}.",
        f"The day with the {'lowest' if low else 'highest'} use was {weekday(day)} with {amount(day_total)}.",
    ]
    if others:
        next_ones = [f"{amount(q)} (from {hour(when)})" for q, (when, _) in zip(others, hours[1:], strict=True)]
        statements.append(f"The next {'lowest' if low else 'highest'} days reached {listed(next_ones)}.")
    if not low and peak.value > 0:
        factor = Quantity("load_factor", 100 * mean.value / peak.value, "%")
        quantities.append(factor)
        statements.append(f"Mean demand was {amount(mean)}, a load factor of {amount(factor)}.")
    return context.result(
        call,
        buildings=[usage.building],
        utility=usage.utility,
        quantities=[*quantities, *usage.coverage_quantities()],
        coverage=usage.coverage,
        method="Extremes of the hourly readings that are present; demand is the mean of an hour.",
        statements=[*statements, *usage.missing()],
    )


def _extreme_hours(usage: Usage, low: bool) -> list[tuple[datetime, float]]:
    """The most extreme hour of each of the most extreme days, in order; the earliest of equal ones."""
    signed = np.where(np.isnan(usage.amounts), -np.inf, -usage.amounts if low else usage.amounts)
    grid = usage.series.grid
    days = grid.day[usage.window]
    best: dict[int, int] = {}
    for i in np.argsort(-signed, kind="stable").tolist():
        if np.isfinite(signed[i]):
            best.setdefault(int(days[i]), i)
        if len(best) > OTHERS:
            break
    return [(grid.at(usage.window.start + i), float(usage.amounts[i])) for i in best.values()]


def _extreme_day(usage: Usage, low: bool) -> tuple[date, float]:
    """Of days with all their readings, if there are any."""
    grid = usage.series.grid
    days = grid.day[usage.window]
    first = int(days[0])
    totals = np.bincount(days - first, np.nan_to_num(usage.amounts))
    missing = np.bincount(days - first, ~usage.known)
    complete = missing == 0 if (missing == 0).any() else missing < np.bincount(days - first)
    signed = np.where(complete, -totals if low else totals, -np.inf)
    at = int(np.argmax(signed))
    return grid.days[first + at], float(totals[at])
