"""Whether the readings of a building are all there: missing stretches and negative values, meter by meter."""

from __future__ import annotations

import numpy as np

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, Usage, number_of, one_building
from vestibule.buildings.diagnosis.gaps import missing_runs
from vestibule.buildings.speech import SAID, amount, hour, listed, within
from vestibule.core.evidence import Finding, Quantity, ToolResult, Utility

SAID_RUNS = 5
_ORDER: list[Utility] = ["electricity", "gas", "chilled_water"]


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities per meter: hours, missing_hours, coverage_percent, negative_readings."""
    building_id = one_building(call)
    series = await context.series(building_id)
    utilities = [call.utility] if call.utility else sorted(series.amounts, key=_ORDER.index)
    usages = [await context.usage(building_id, utility, call.period) for utility in utilities]
    assessment = await context.assessment(building_id, call.period)
    findings = [
        finding
        for finding in assessment.findings
        if finding.cause == "meter_gap"
        and finding.period.start < call.period.end
        and finding.period.end > call.period.start
        and any(finding_is_of(finding, usage.utility) for usage in usages)
    ]
    statements: list[str] = []
    quantities: list[Quantity] = []
    for usage in usages:
        said, numbers = _say(usage)
        statements += said
        quantities += numbers
    return context.result(
        call,
        buildings=[series.building],
        utility=call.utility,
        quantities=quantities,
        coverage=min((usage.coverage for usage in usages), default=0.0),
        method="Count of the hours that have a reading; nothing is filled in.",
        statements=statements,
        findings=findings,
    )


def finding_is_of(finding: Finding, utility: Utility) -> bool:
    return any(SAID[utility] in sign for sign in finding.signs)


def _say(usage: Usage) -> tuple[list[str], list[Quantity]]:
    name, utility = usage.building.name, usage.utility
    missing = usage.hours - usage.present
    negative = int((usage.amounts[usage.known] < 0).sum())
    coverage = Quantity(f"{utility}_coverage_percent", 100 * usage.coverage, "%")
    quantities = [
        Quantity(f"{utility}_hours", usage.hours, "h"),
        Quantity(f"{utility}_missing_hours", missing, "h"),
        Quantity(f"{utility}_negative_readings", negative, "h"),
        coverage,
    ]
    if not missing:
        said = [f"The {SAID[utility]} meter of {name} is complete {within(usage.period)}: no reading is missing."]
    else:
        said = [
            f"The {SAID[utility]} meter of {name} lacks {number_of(missing)} of {number_of(usage.hours)} hourly"
            f" readings {within(usage.period)} ({amount(coverage)} are there).",
            *_stretches(usage),
        ]
    if negative:
        said.append(f"{number_of(negative)} of its readings are negative.")
    return said, quantities


def _stretches(usage: Usage) -> list[str]:
    grid, start = usage.series.grid, usage.window.start
    runs = sorted(missing_runs(np.isnan(usage.amounts)), key=lambda run: run[0] - run[1])
    shown = sorted(runs[:SAID_RUNS])
    parts = [f"from {hour(grid.at(start + a))} to {hour(grid.at(start + b))}" for a, b in shown]
    if not parts:
        return []
    lead = (
        "A gap goes"
        if len(parts) == 1
        else f"Of {number_of(len(runs))} gaps the longest go"
        if len(runs) > SAID_RUNS
        else "Gaps go"
    )
    return [f"{lead} {listed(parts)}."]
