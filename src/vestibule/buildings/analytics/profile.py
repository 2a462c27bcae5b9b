"""How use spreads over the day and the week: base load, hours of use against the rest."""

from __future__ import annotations

import numpy as np

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, one_building
from vestibule.buildings.diagnosis.departures import hours_of_use
from vestibule.buildings.series import Mask
from vestibule.buildings.speech import DEMAND_UNIT, SAID, amount, within
from vestibule.core.errors import NotFound
from vestibule.core.evidence import Quantity, ToolResult

BASE_PERCENTILE = 5
_NIGHT = (22, 6)


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: base_load, mean_night, mean_day, night_percent, mean_used and mean_resting by the schedule, weekday
    and weekend means. Demands in kW, or m³/h for gas."""
    usage = await context.usage(one_building(call), call.utility or "electricity", call.period)
    if not usage.present:
        raise NotFound(
            f"{usage.building.name} has no {SAID[usage.utility]} readings {within(call.period)}.",
            next_step="Ask for another period.",
        )
    base = Quantity("base_load", float(np.nanpercentile(usage.amounts, BASE_PERCENTILE)), DEMAND_UNIT[usage.utility])
    grid = usage.series.grid
    hour, weekday = grid.hour[usage.window], grid.weekday[usage.window]
    night = (hour >= _NIGHT[0]) | (hour < _NIGHT[1])
    used = hours_of_use(usage.series)[usage.window]
    statements = [
        f"The base load of {SAID[usage.utility]} at {usage.building.name} {within(call.period)} was {amount(base)}."
    ]
    quantities = [base]
    for (name, hours), (other_name, other_hours), said in (
        (("night", night), ("day", ~night), "At night (22:00 to 06:00) demand was {} on average, by day {}."),
        (("resting", ~used), ("used", used), "Outside the hours of use it was {} on average, within them {}."),
        (("weekend", weekday >= 5), ("weekday", weekday < 5), "At weekends it was {} on average, on weekdays {}."),
    ):
        first, second = _mean(usage, name, hours), _mean(usage, other_name, other_hours)
        if first and second:
            quantities += [first, second]
            statements.append(said.format(amount(first), amount(second)))
    if usage.total.value > 0:
        share = Quantity("night_percent", 100 * float(np.nansum(usage.amounts[night])) / usage.total.value, "%")
        quantities.append(share)
        statements.append(f"Nights took {amount(share)} of the total.")
    return context.result(
        call,
        buildings=[usage.building],
        utility=usage.utility,
        quantities=[*quantities, *usage.coverage_quantities()],
        coverage=usage.coverage,
        method=f"Means of the hourly readings; base load is their {BASE_PERCENTILE}th percentile.",
        statements=[*statements, *usage.missing()],
    )


def _mean(usage: Usage, name: str, hours: Mask) -> Quantity | None:
    counted = hours & usage.known
    if not counted.any():
        return None
    return Quantity(f"mean_{name}", float(usage.amounts[counted].mean()), DEMAND_UNIT[usage.utility])
