"""What is said of arms: their means, differences and intervals, and when a guardrail is against one."""

from datetime import UTC, datetime

import pytest

from vestibule.core.configuration import Arm, Experiment, Guardrail
from vestibule.routing.experiments.metrics import METRICS, Name
from vestibule.routing.experiments.results import ArmResult
from vestibule.routing.experiments.statistics import ENOUGH, Interval, Sample
from vestibule.routing.experiments.stops import Stopped
from vestibule.routing.experiments.verdicts import ExperimentReport, Verdict, harmful, report

MANY = 4000


def experiment(*guardrails: Guardrail, arms: int = 2, metric: str = "quality") -> Experiment:
    return Experiment(
        "e",
        tuple(Arm(f"arm-{at}") for at in range(arms)),
        metric=metric,  # type: ignore[arg-type]  # one of the names
        guardrails=guardrails,
    )


def result(name: Name, mean: float, n: int = MANY, deviation: float = 0.2) -> ArmResult:
    return ArmResult(2 * n, n, {name: Sample(n, mean, n * deviation**2)})


def told(name: Name, first: float, other: float, n: int = MANY, stopped: tuple[Stopped, ...] = ()) -> ExperimentReport:
    results = {"arm-0": result(name, first, n), "arm-1": result(name, other, n)}
    return report(experiment(metric=name), "edition", results, stopped, 4)


@pytest.mark.parametrize(
    ("name", "first", "other", "verdict"),
    [
        ("quality", 0.8, 0.9, "better"),
        ("quality", 0.9, 0.8, "worse"),
        ("quality", 0.8, 0.801, "undecided"),
        ("latency_s", 0.0, 1.0, "worse"),
        ("cost_eur", 0.05, 0.01, "better"),
        ("thumbs_up", 0.4, 0.6, "better"),
    ],
)
def test_an_arm_is_better_or_worse_the_way_its_metric_goes(
    name: Name, first: float, other: float, verdict: Verdict
) -> None:
    said = told(name, first, other)
    assert [arm.verdict for arm in said.arms] == ["first", verdict]


def test_seconds_are_told_as_seconds_and_as_a_share() -> None:
    metric = told("latency_s", 0.0, 0.6931).arms[1].metrics["latency_s"]
    assert metric.mean == pytest.approx(2.0, rel=0.001)
    assert metric.difference == pytest.approx(1.0, rel=0.001)
    assert metric.interval is not None
    assert metric.difference_interval is not None
    assert metric.interval.low < 2 < metric.interval.high
    assert metric.difference_interval.low < 1 < metric.difference_interval.high


def test_intervals_of_what_is_bounded_stay_in_their_bounds() -> None:
    metric = told("quality", 0.99, 0.995, n=40).arms[0].metrics["quality"]
    assert metric.interval is not None
    assert metric.interval.high == 1
    assert metric.interval.low < 0.99


def test_too_few_are_being_collected() -> None:
    said = told("quality", 0.2, 0.9, n=ENOUGH - 1)
    metric = said.arms[1].metrics["quality"]
    assert (said.arms[1].verdict, metric.mean, metric.difference_interval) == ("collecting", 0.9, None)
    assert report(experiment(), "edition", {}, (), 4).arms[1].metrics["failed"].mean is None


def test_a_stop_is_told_with_its_reason_of_one_arm_or_all() -> None:
    at = datetime.now(UTC)
    one = told("quality", 0.5, 0.5, stopped=(Stopped("arm-1", "anna", "too slow", at),))
    assert (one.state, [arm.stopped for arm in one.arms]) == ("running", ["", "too slow (anna)"])
    every = told("quality", 0.5, 0.5, stopped=(Stopped("", "anna", "done", at),))
    assert (every.state, [arm.stopped for arm in every.arms]) == ("stopped", ["done (anna)"] * 2)


@pytest.mark.parametrize(
    ("metric", "first", "other", "margin", "stops"),
    [
        ("failed", 0.05, 0.4, 0.1, True),
        ("failed", 0.4, 0.05, 0.0, False),
        ("failed", 0.05, 0.4, 0.4, False),
        ("quality", 0.9, 0.7, 0.05, True),
        ("quality", 0.7, 0.9, 0.0, False),
        ("latency_s", 0.0, 0.5, 0.2, True),  # e^0.5: 65 % slower
        ("latency_s", 0.0, 0.1, 0.2, False),
        ("cost_eur", 0.01, 0.05, 0.001, True),
    ],
)
def test_a_guardrail_is_against_an_arm_that_is_surely_worse_by_more_than_its_margin(
    metric: Name, first: float, other: float, margin: float, stops: bool
) -> None:
    made = experiment(Guardrail(metric, margin))  # type: ignore[arg-type]  # one of a guardrail's
    results = {"arm-0": result(metric, first), "arm-1": result(metric, other)}
    found = harmful(made, results)
    assert set(found) == ({"arm-1"} if stops else set())
    assert all(reason.startswith(f"guardrail {metric}: surely worse than `arm-0`") for reason in found.values())


def test_no_guardrail_is_against_the_first_arm_or_with_too_few() -> None:
    made = experiment(Guardrail("failed"), arms=3)
    results = {"arm-0": result("failed", 0.9), "arm-1": result("failed", 0.1), "arm-2": result("failed", 1.0, 12)}
    assert harmful(made, results) == {}


def test_the_doubt_is_shared_out_among_all_that_is_compared() -> None:
    results = {f"arm-{at}": result("quality", 0.5) for at in range(4)}

    def width(made: Experiment) -> float:
        around = report(made, "edition", results, (), 1).arms[1].metrics["quality"].difference_interval
        assert around is not None
        return around.high - around.low

    one, guarded, four = experiment(), experiment(Guardrail("failed"), Guardrail("latency_s")), experiment(arms=4)
    assert width(one) < width(guarded)
    assert width(guarded) == width(four)


def test_worse_is_more_for_some_and_less_for_others() -> None:
    assert METRICS["failed"].worse_by(Interval(0.1, 0.3)) == pytest.approx(0.1)
    assert METRICS["quality"].worse_by(Interval(-0.3, -0.1)) == pytest.approx(0.1)
    assert METRICS["quality"].worse_by(Interval(-0.1, 0.3)) == pytest.approx(-0.3)
