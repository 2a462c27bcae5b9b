"""What may be said of an experiment's arms, whenever one looks, and which of them have done harm enough.

All that is said of one experiment holds together with probability `CONFIDENCE`: the doubt is shared out equally among
the comparisons of arms with the first one by the experiment's metric and its guardrails' (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from vestibule.core.configuration import Experiment
from vestibule.routing.experiments.metrics import METRICS, Metric, Name
from vestibule.routing.experiments.results import ArmResult
from vestibule.routing.experiments.statistics import ENOUGH, Interval, Sample, difference, interval
from vestibule.routing.experiments.stops import Stopped

CONFIDENCE = 0.95

Verdict = Literal["first", "collecting", "better", "worse", "undecided"]


class MetricReport(msgspec.Struct, frozen=True):
    """`mean` with its interval, in the metric's unit (seconds: their geometric mean), and how much more it is than the
    first arm's (seconds: as a share). None where nothing was measured, or too little to tell."""

    units: int
    mean: float | None = None
    interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None
    verdict: Verdict = "collecting"


class ArmReport(msgspec.Struct, frozen=True):
    """`stopped` says why it is given to nobody any more, "" while it is."""

    id: str
    weight: float
    requests: int
    units: int
    verdict: Verdict
    metrics: Mapping[Name, MetricReport]
    stopped: str = ""


class ExperimentReport(msgspec.Struct, frozen=True):
    id: str
    edition: str
    state: Literal["running", "stopped"]
    metric: Name
    sticky: str
    share: float
    confidence: float
    enough: int
    arms: tuple[ArmReport, ...]
    config_version: int


def report(
    experiment: Experiment, edition: str, results: Mapping[str, ArmResult], stopped: Sequence[Stopped], version: int
) -> ExperimentReport:
    why = {stop.arm: f"{stop.reason} ({stop.author})" for stop in stopped}
    doubt = _doubt(experiment)
    first = results.get(experiment.arms[0].id, ArmResult())
    arms = []
    for at, arm in enumerate(experiment.arms):
        result = results.get(arm.id, ArmResult())
        against = first if at else None
        told = {name: _told(metric, result, against, doubt) for name, metric in METRICS.items()}
        verdict = told[experiment.metric].verdict
        reason = why.get(arm.id, why.get("", ""))
        arms.append(ArmReport(arm.id, arm.weight, result.requests, result.units, verdict, told, reason))
    return ExperimentReport(
        experiment.id,
        edition,
        "stopped" if "" in why else "running",
        experiment.metric,
        experiment.sticky,
        experiment.share,
        CONFIDENCE,
        ENOUGH,
        tuple(arms),
        version,
    )


def harmful(experiment: Experiment, results: Mapping[str, ArmResult]) -> dict[str, str]:
    """The arms that a guardrail stops, with what is surely worse of them."""
    first = results.get(experiment.arms[0].id, ArmResult())
    found: dict[str, str] = {}
    for arm in experiment.arms[1:]:
        result = results.get(arm.id, ArmResult())
        for guardrail in experiment.guardrails:
            metric = METRICS[guardrail.metric]
            between = _between(metric, result, first, _doubt(experiment))
            if between and metric.worse_by(between) > guardrail.margin:
                of = " of its seconds" if metric.is_ratio else ""
                reason = f"guardrail {metric.name}: surely worse than `{experiment.arms[0].id}` by"
                found.setdefault(
                    arm.id, f"{reason} {metric.worse_by(between):.3g}{of} or more, {guardrail.margin:g} is borne"
                )
    return found


def _doubt(experiment: Experiment) -> float:
    """How probable it may be of one comparison to be wrong, at whatever time."""
    judged = {experiment.metric, *(guardrail.metric for guardrail in experiment.guardrails)}
    return (1 - CONFIDENCE) / (len(judged) * max(1, len(experiment.arms) - 1))


def _told(metric: Metric, result: ArmResult, first: ArmResult | None, doubt: float) -> MetricReport:
    sample = result.samples.get(metric.name, Sample())
    if sample.n == 0:
        return MetricReport(0, verdict="collecting" if first else "first")
    around = interval(sample, doubt, metric.span)
    low_high = None if around is None else Interval(metric.told(around.low), metric.told(around.high))
    if low_high and not metric.is_ratio:
        low_high = Interval(max(0.0, low_high.low), min(metric.span, low_high.high))
    if first is None:
        return MetricReport(sample.n, metric.told(sample.mean), low_high, verdict="first")
    base = first.samples.get(metric.name, Sample())
    between = _between(metric, result, first, doubt)
    return MetricReport(
        sample.n,
        metric.told(sample.mean),
        low_high,
        metric.told_difference(sample.mean - base.mean) if base.n else None,
        Interval(metric.told_difference(between.low), metric.told_difference(between.high)) if between else None,
        _verdict(metric, between),
    )


def _between(metric: Metric, result: ArmResult, first: ArmResult, doubt: float) -> Interval | None:
    one, other = first.samples.get(metric.name, Sample()), result.samples.get(metric.name, Sample())
    return difference(one, other, doubt, metric.span)


def _verdict(metric: Metric, between: Interval | None) -> Verdict:
    if between is None:
        return "collecting"
    if between.low <= 0 <= between.high:
        return "undecided"
    return "worse" if (between.low > 0) == metric.more_is_worse else "better"
