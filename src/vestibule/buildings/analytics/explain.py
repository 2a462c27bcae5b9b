"""Why use was high or low in a period: the level of the meter asked about, and the causes that the meters point to."""

from __future__ import annotations

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, one_building
from vestibule.buildings.explanation import explain
from vestibule.core.evidence import ToolResult, Utility


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities per meter said: total, expected, excess, departure, normal_range. Findings carry their own."""
    building_id = one_building(call)
    series = await context.series(building_id)
    utilities: list[Utility] = [call.utility] if call.utility else sorted(series.amounts, key=_ORDER.index)
    usages = [await context.usage(building_id, utility, call.period) for utility in utilities]
    assessment = await context.assessment(building_id, call.period)
    explanation = explain(series, usages, assessment, call.period, call.direction)
    return context.result(
        call,
        buildings=[series.building],
        utility=call.utility,
        quantities=explanation.quantities,
        coverage=min((usage.coverage for usage in usages), default=0.0),
        method=explanation.method,
        statements=explanation.statements,
        findings=explanation.findings,
    )


_ORDER: list[Utility] = ["electricity", "gas", "chilled_water"]
