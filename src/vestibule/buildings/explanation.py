"""From an assessment of all the data to what is worth saying about one period: which findings bear on it, in which
order, and whether the meters asked about were high, low or normal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vestibule.buildings.assessment import Assessment
from vestibule.buildings.calls import Direction
from vestibule.buildings.context import Usage
from vestibule.buildings.level import Level, level_of
from vestibule.buildings.series import BuildingSeries
from vestibule.buildings.speech import SAID, above, amount, metered, within
from vestibule.core.evidence import Finding, Period, Quantity, Utility

LEAST_PART = 0.15
MOST_FINDINGS = 6


class Explanation(msgspec.Struct, frozen=True):
    quantities: tuple[Quantity, ...]
    method: str
    statements: tuple[str, ...]
    findings: tuple[Finding, ...]


def explain(
    series: BuildingSeries,
    usages: Sequence[Usage],
    assessment: Assessment,
    period: Period,
    direction: Direction | None,
) -> Explanation:
    """`usages` are of the meters asked about, the most important first. Findings of other meters of the building count
    where they moved the meters asked about."""
    levels = {u.utility: level for u in usages if (level := level_of(u, assessment))}
    told = _told(usages, levels)
    verdicts = {levels[u.utility].verdict for u in told if u.utility in levels}
    if direction and direction not in verdicts and verdicts - {"normal"}:
        direction = None  # "why did it not drop?": what the meters show stands above how it was asked
    findings = _bearing(series, [u.utility for u in usages], assessment, period, direction)
    departing = [u for u in told if u.utility in levels and levels[u.utility].verdict != "normal"]
    if not findings:
        findings = [
            _unexplained(u, levels[u.utility], period)
            for u in departing
            if direction in (None, levels[u.utility].verdict)
        ]
    statements = [_level_said(u, levels.get(u.utility)) for u in told]
    statements += [sentence for u in told for sentence in u.missing() if u.present]
    statements += [sentence for finding in findings for sentence in (finding.summary, *finding.signs)]
    if not findings and not departing:
        statements.append(_nothing_unusual(series, usages, levels))
    return Explanation(
        quantities=tuple(q for u in told for q in _quantities(u, levels.get(u.utility), len(told) > 1)),
        method=_method(levels),
        statements=tuple(statements),
        findings=tuple(findings),
    )


def _told(usages: Sequence[Usage], levels: dict[Utility, Level]) -> list[Usage]:
    """The first meter, and of the others those that depart."""
    return [
        u for i, u in enumerate(usages) if i == 0 or (u.utility in levels and levels[u.utility].verdict != "normal")
    ]


def _bearing(
    series: BuildingSeries,
    utilities: Sequence[Utility],
    assessment: Assessment,
    period: Period,
    direction: Direction | None,
) -> list[Finding]:
    """Findings within the period that moved one of the meters in the direction asked about, the largest first; small
    ones beside a large one are left out."""
    weighed = [
        (_weight(series, utilities, assessment, finding, period), finding)
        for finding in assessment.findings
        if finding.period.start < period.end and finding.period.end > period.start and _goes(finding, direction)
    ]
    most = max((weight for weight, _ in weighed), default=0.0)
    weighed = [(weight, finding) for weight, finding in weighed if weight > 0 and weight >= LEAST_PART * most]
    return [finding for _, finding in sorted(weighed, key=lambda each: -each[0])][:MOST_FINDINGS]


def _goes(finding: Finding, direction: Direction | None) -> bool:
    low = finding.cause in ("holiday", "meter_gap")
    return direction is None or low == (direction == "low")


def _weight(
    series: BuildingSeries,
    utilities: Sequence[Utility],
    assessment: Assessment,
    finding: Finding,
    period: Period,
) -> float:
    """How much of a meter's normal use in the period the finding moved, at most over the meters; 0 for meters that it
    did not touch."""
    touched = [u for u in utilities if u in assessment.baselines and _touches(finding, u)]
    start, end = max(finding.period.start, period.start), min(finding.period.end, period.end)
    within_both = series.grid.window(Period(start, end, ""))
    whole = series.grid.window(period)
    weights = [0.0]
    for utility in touched:
        expected = assessment.baselines[utility].expected
        amounts = np.nan_to_num(series.amounts[utility][within_both])
        moved = abs(float((amounts - expected[within_both]).sum()))
        weights.append(moved / max(float(expected[whole].sum()), float(expected.mean()), 1e-9))
    return max(weights)


def _touches(finding: Finding, utility: Utility) -> bool:
    names = {quantity.name for quantity in finding.quantities}
    if finding.cause == "meter_gap":
        return f"usual_{utility}" in names
    return finding.cause == "holiday" or f"excess_{utility}" in names


def _level_said(usage: Usage, level: Level | None) -> str:
    name, when = usage.building.name, within(usage.period)
    if not usage.present:
        return f"{name} has no {SAID[usage.utility]} readings {when}, so nothing can be said about its use."
    said = f"{name} used {metered(usage.total, usage.utility)} {when}"
    if level is None:
        return f"{said}; there is too little other data to say what would be usual."
    verdict = "within the normal range" if level.verdict == "normal" else f"unusually {level.verdict}"
    return (
        f"{said}, {above(level.departure)} the {amount(level.expected)} expected for the weather and the time of week,"
        f" which is {verdict} (± {amount(level.normal_range)})."
    )


def _nothing_unusual(series: BuildingSeries, usages: Sequence[Usage], levels: dict[Utility, Level]) -> str:
    meters = "on its meters" if len(usages) > 1 else f"in its {SAID[usages[0].utility]} use" if usages else "here"
    if not levels:
        return f"No finding can be made {meters} for {series.building.name} over that time."
    return f"Nothing unusual was found {meters}: no sign of a fault and no departure beyond what is normal."


def _unexplained(usage: Usage, level: Level, period: Period) -> Finding:
    return Finding(
        cause="unexplained",
        period=period,
        confidence=0.5,
        summary=(
            f"Why the {SAID[usage.utility]} use of {usage.building.name} was {level.verdict} cannot be told from its"
            " meters: they show none of the patterns that point to a known cause."
        ),
        quantities=(level.excess,),
    )


def _quantities(usage: Usage, level: Level | None, several: bool) -> list[Quantity]:
    quantities = [usage.total, *(level.quantities if level else ()), *usage.coverage_quantities()]
    if not several:
        return quantities
    return [Quantity(f"{usage.utility}_{q.name}", q.value, q.unit) for q in quantities]


def _method(levels: dict[Utility, Level]) -> str:
    basis = next(iter(levels.values())).method if levels else "sum of the hourly readings that are present"
    return f"Hourly readings against {basis}; causes from the pattern of departures over all meters of the building."
