"""How much one meter counted in a period: total, per day, per m², cost, and against what was to be expected."""

from __future__ import annotations

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, one_building
from vestibule.buildings.level import Level, level_of
from vestibule.buildings.speech import SAID, above, amount, metered, number, within
from vestibule.core.evidence import Quantity, ToolResult

_METHOD = "Sum of the hourly readings that are present"


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: total, mean_daily, per_m2, cost and price (with a tariff), expected, departure, normal_range."""
    building_id = one_building(call)
    usage = await context.usage(building_id, call.utility or "electricity", call.period)
    level = level_of(usage, await context.assessment(building_id, call.period)) if usage.present else None
    quantities: list[Quantity] = []
    statements: dict[str, str] = {}
    if usage.present:
        quantities, statements = _measured(context, usage)
    if level:
        quantities += level.quantities
        statements["expected"] = _against(level)
    first = call.metric if call.metric in ("cost", "per_m2") and call.metric in statements else "total"
    ordered = [statements[first], *(s for name, s in statements.items() if name != first)] if statements else []
    return context.result(
        call,
        buildings=[usage.building],
        utility=usage.utility,
        quantities=[*quantities, *usage.coverage_quantities()],
        coverage=usage.coverage,
        method=f"{_METHOD}; {level.method}." if level else f"{_METHOD}.",
        statements=[*ordered, *usage.missing()],
    )


def _measured(context: Context, usage: Usage) -> tuple[list[Quantity], dict[str, str]]:
    total, utility, name = usage.total, usage.utility, usage.building.name
    daily = Quantity("mean_daily", total.value * 24 / usage.present, total.unit)
    per_m2 = Quantity("per_m2", total.value / usage.building.floor_area_m2, f"{total.unit}/m²")
    quantities = [total, daily, per_m2]
    when = within(usage.period)
    statements = {
        "total": f"{name} used {metered(total, utility)} {when}, {amount(daily)} a day on average.",
        "per_m2": f"Per m² of floor area {name} used {amount(per_m2)} of {SAID[utility]} {when}.",
    }
    if costed := context.cost(usage.building.id, total, utility):
        cost, price = costed
        quantities += [cost, price]
        statements["cost"] = (
            f"The {SAID[utility]} of {name} cost {amount(cost)} {when}, at {number(price.value)} EUR per {total.unit}."
        )
    return quantities, statements


def _against(level: Level) -> str:
    """Which side of expected, and whether that is within what is normal."""
    verdict = "which is within the normal range" if level.verdict == "normal" else f"which is unusually {level.verdict}"
    return (
        f"That is {above(level.departure)} the {amount(level.expected)} expected for the weather and the time of week,"
        f" {verdict}."
    )
