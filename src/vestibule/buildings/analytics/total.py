"""What several buildings used together: the sum, its cost, and who had the largest shares."""

from __future__ import annotations

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage
from vestibule.buildings.speech import SAID, amount, listed, metered, within
from vestibule.core.errors import NotFound
from vestibule.core.evidence import Quantity, ToolResult

_LARGEST = 3


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: buildings, total, cost (where every building has a price), per_m2, then each building's total under
    its id, largest first. Buildings without the meter, or without readings, are left out."""
    utility = call.utility or "electricity"
    metered_ids = [b for b in call.buildings if context.portfolio.meter(b, utility)]
    usages = [u for b in metered_ids if (u := await context.usage(b, utility, call.period)).present]
    if not usages:
        raise NotFound(
            f"No building has {SAID[utility]} readings {within(call.period)}.",
            next_step="Ask for another period or utility.",
        )
    usages.sort(key=lambda usage: -usage.total.value)
    shares = [Quantity(u.building.id, u.total.value, u.total.unit) for u in usages]
    total = Quantity("total", sum(q.value for q in shares), shares[0].unit)
    area = sum(u.building.floor_area_m2 for u in usages)
    per_m2 = Quantity("per_m2", total.value / area, f"{total.unit}/m²")
    count, when = Quantity("buildings", len(usages), ""), within(call.period)
    statements = {
        "total": f"The {len(usages)} buildings with {SAID[utility]} meters used {metered(total, utility)} {when}.",
        "per_m2": f"Per m² of floor area that is {amount(per_m2)}.",
        "largest": f"The largest shares: {listed(_said(usages, shares)[:_LARGEST])}.",
    }
    quantities = [count, total, per_m2, *shares]
    if cost := _cost(context, usages):
        quantities.append(cost)
        statements["cost"] = f"Together their {SAID[utility]} cost {amount(cost)} {when}."
    first = call.metric if call.metric in statements else "total"
    return context.result(
        call,
        buildings=[usage.building for usage in usages],
        utility=utility,
        quantities=quantities,
        coverage=sum(u.present for u in usages) / sum(u.hours for u in usages),
        method="Sum of the hourly readings that are present, each building at its own tariff.",
        statements=[statements[first], *(s for n, s in statements.items() if n != first), *_missing(usages)],
    )


def _said(usages: list[Usage], shares: list[Quantity]) -> list[str]:
    return [f"{u.building.name} ({amount(q)})" for u, q in zip(usages, shares, strict=True)]


def _cost(context: Context, usages: list[Usage]) -> Quantity | None:
    costs = [context.cost(u.building.id, u.total, u.utility) for u in usages]
    known = [c[0].value for c in costs if c]
    return Quantity("cost", sum(known), "EUR") if len(known) == len(costs) else None


def _missing(usages: list[Usage]) -> list[str]:
    gappy = [usage.building.name for usage in usages if usage.present < usage.hours]
    return [f"Readings are missing for {listed(gappy)}; what was not metered is not counted."] if gappy else []
