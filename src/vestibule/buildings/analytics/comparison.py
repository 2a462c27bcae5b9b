"""One building over two periods, or several buildings over one."""

from __future__ import annotations

from collections.abc import Sequence

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, one_building
from vestibule.buildings.speech import SAID, amount, listed, metered, within
from vestibule.core.errors import InvalidRequest
from vestibule.core.evidence import Quantity, ToolResult

_METHOD = "Sums of the hourly readings that are present, side by side; not corrected for weather."


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """With `second_period`: total, second_total, change, change_percent, and the same per day where the periods are of
    different length. Else, per building id: total, per_m2 and cost."""
    if call.second_period is not None and len(call.buildings) == 1:
        return await _periods(context, call)
    if len(call.buildings) < 2:
        raise InvalidRequest("A comparison needs two buildings or two periods.", next_step="Name both.")
    return await _buildings(context, call)


async def _periods(context: Context, call: AnalyticCall) -> ToolResult:
    assert call.second_period is not None
    building_id, utility = one_building(call), call.utility or "electricity"
    first = await context.usage(building_id, utility, call.period)
    second = await context.usage(building_id, utility, call.second_period)
    name, unit = first.building.name, first.total.unit
    second_total = Quantity("second_total", second.total.value, unit)
    quantities = [first.total, second_total, *first.coverage_quantities(), *_prefixed("second", second)]
    statements = [
        f"{name} used {metered(first.total, utility)} {within(first.period)}"
        f" and {amount(second_total)} {within(second.period)}."
    ]
    if first.present and second.present:
        change, said = _change("change", first.total.value, second_total.value, unit)
        quantities += change
        statements.append(f"That is {said} than {within(second.period)}.")
    if first.present and second.present and first.present != second.present:
        daily = Quantity("mean_daily", 24 * first.total.value / first.present, unit)
        second_daily = Quantity("second_mean_daily", 24 * second.total.value / second.present, unit)
        change, said = _change("change_per_day", daily.value, second_daily.value, unit)
        quantities += [daily, second_daily, *change]
        statements.append(f"Per day of readings it is {amount(daily)} against {amount(second_daily)}, {said} a day.")
    costs = [context.cost(building_id, usage.total, utility) for usage in (first, second)]
    if call.metric == "cost" and costs[0] and costs[1]:
        second_cost = Quantity("second_cost", costs[1][0].value, "EUR")
        quantities += [costs[0][0], second_cost]
        statements.insert(
            0,
            f"The {SAID[utility]} of {name} cost {amount(costs[0][0])} {within(first.period)}"
            f" and {amount(second_cost)} {within(second.period)}.",
        )
    return context.result(
        call,
        buildings=[first.building],
        utility=utility,
        quantities=quantities,
        coverage=min(first.coverage, second.coverage),
        method=_METHOD,
        statements=[*statements, *first.missing(), *second.missing()],
    )


def _change(name: str, first: float, second: float, unit: str) -> tuple[list[Quantity], str]:
    """ "1,234 kWh (12.3 %) more": the difference as a size, and signed for the record."""
    difference = Quantity(f"{name}_size", abs(first - second), unit)
    percent = Quantity(f"{name}_percent", 100 * (first - second) / second if second else 0.0, "%")
    size = Quantity(f"{name}_percent_size", abs(percent.value), "%")
    more = "more" if first >= second else "less"
    share = f" ({amount(size)})" if second else ""
    return [Quantity(name, first - second, unit), difference, percent, size], f"{amount(difference)}{share} {more}"


async def _buildings(context: Context, call: AnalyticCall) -> ToolResult:
    utility = call.utility or "electricity"
    metered_ids = [b for b in call.buildings if context.portfolio.meter(b, utility)]
    usages = [await context.usage(b, utility, call.period) for b in metered_ids]
    usages.sort(key=lambda usage: -_rank(usage, call.metric == "per_m2"))
    quantities: list[Quantity] = []
    totals, shares, costs = [], [], []
    for usage in usages:
        total = _named(usage, "total", usage.total.value, usage.total.unit)
        per_m2 = _named(usage, "per_m2", usage.total.value / usage.building.floor_area_m2, f"{total.unit}/m²")
        quantities += [total, per_m2]
        totals.append(f"{usage.building.name} {amount(total)}")
        shares.append(f"{usage.building.name} {amount(per_m2)}")
        if costed := context.cost(usage.building.id, usage.total, utility):
            cost = _named(usage, "cost", costed[0].value, "EUR")
            quantities.append(cost)
            costs.append(f"{usage.building.name} {amount(cost)}")
    said = {
        "total": f"{SAID[utility].capitalize()} used {within(call.period)}: {listed(totals)}.",
        "per_m2": f"Per m² of floor area: {listed(shares)}.",
    }
    if len(costs) == len(usages):
        said["cost"] = f"Cost of {SAID[utility]} {within(call.period)}: {listed(costs)}."
    first = call.metric if call.metric in ("per_m2", "cost") and call.metric in said else "total"
    statements = [said[first], *(sentence for name, sentence in said.items() if name != first)]
    if len(usages) == 2 and usages[1].total.value > 0:
        change, more = _change("difference", usages[0].total.value, usages[1].total.value, usages[0].total.unit)
        quantities += change
        statements.append(f"{usages[0].building.name} used {more} than {usages[1].building.name}.")
    return context.result(
        call,
        buildings=[usage.building for usage in usages],
        utility=utility,
        quantities=quantities,
        coverage=min((usage.coverage for usage in usages), default=0.0),
        method=_METHOD,
        statements=[*statements, *_unmetered(context, call, metered_ids), *_missing(usages)],
    )


def _rank(usage: Usage, per_m2: bool) -> float:
    return usage.total.value / (usage.building.floor_area_m2 if per_m2 else 1.0)


def _named(usage: Usage, name: str, value: float, unit: str) -> Quantity:
    return Quantity(f"{usage.building.id}_{name}", value, unit)


def _unmetered(context: Context, call: AnalyticCall, metered_ids: Sequence[str]) -> list[str]:
    without = [context.portfolio.building(b).name for b in call.buildings if b not in metered_ids]
    return [f"{listed(without)} has no {SAID[call.utility or 'electricity']} meter."] if without else []


def _missing(usages: Sequence[Usage]) -> list[str]:
    return [f"{usage.building.name}: {sentence}" for usage in usages for sentence in usage.missing()]


def _prefixed(prefix: str, usage: Usage) -> list[Quantity]:
    return [Quantity(f"{prefix}_{q.name}", q.value, q.unit) for q in usage.coverage_quantities()]
