"""Buildings in order: by total, per m², cost, mean or peak demand of one utility over a period."""

from __future__ import annotations

import numpy as np

from vestibule.buildings.calls import AnalyticCall, Metric
from vestibule.buildings.context import Context, Usage
from vestibule.buildings.speech import DEMAND_UNIT, SAID, amount, listed, within
from vestibule.core.errors import NotFound
from vestibule.core.evidence import Quantity, ToolResult, Utility

_BY: dict[Metric, str] = {
    "total": "",
    "per_m2": " per m² of floor area",
    "cost": " by cost",
    "mean": " by mean demand",
    "peak": " by peak demand",
}


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: one per building id, in order. Buildings without the meter, or without readings, are left out."""
    utility, metric = call.utility or "electricity", call.metric or "total"
    ids = [b for b in call.buildings if context.portfolio.meter(b, utility)]
    usages = [await context.usage(b, utility, call.period) for b in ids]
    ranked = [(u, q) for u in usages if u.present and (q := _value(context, u, utility, metric)) is not None]
    if not ranked:
        raise NotFound(
            f"No building has {SAID[utility]} readings {within(call.period)} to rank{_BY[metric]}.",
            next_step="Ask for another period or utility.",
        )
    low = call.direction == "low"
    ranked.sort(key=lambda pair: pair[1].value, reverse=not low)
    top, value = ranked[0]
    statements = [
        f"{top.building.name} used the {'least' if low else 'most'} {SAID[utility]}{_BY[metric]} {within(call.period)}:"
        f" {amount(value)}."
    ]
    if rest := [f"{usage.building.name} ({amount(value)})" for usage, value in ranked[1:]]:
        statements.append(f"It is followed by {listed(rest)}.")
    gappy = [usage.building.name for usage, _ in ranked if usage.present < usage.hours]
    if gappy:
        statements.append(f"Readings are missing for {listed(gappy)}; what was not metered is not counted.")
    return context.result(
        call,
        buildings=[usage.building for usage, _ in ranked],
        utility=utility,
        quantities=[value for _, value in ranked],
        coverage=min(usage.coverage for usage, _ in ranked),
        method=f"Hourly readings of {len(ranked)} buildings{_BY[metric]}, in order; not corrected for weather.",
        statements=statements,
    )


def _value(context: Context, usage: Usage, utility: Utility, metric: Metric) -> Quantity | None:
    building, total = usage.building, usage.total
    name = f"{building.id}_{metric}"
    match metric:
        case "total":
            return Quantity(name, total.value, total.unit)
        case "per_m2":
            return Quantity(name, total.value / building.floor_area_m2, f"{total.unit}/m²")
        case "mean":
            return Quantity(name, total.value / usage.present, DEMAND_UNIT[utility])
        case "peak":
            return Quantity(name, float(np.nanmax(usage.amounts)), DEMAND_UNIT[utility])
        case "cost":
            costed = context.cost(building.id, total, utility)
            return Quantity(name, costed[0].value, "EUR") if costed else None
