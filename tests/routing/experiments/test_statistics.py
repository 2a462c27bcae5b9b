"""The intervals judged by simulation: looked at after every single unit, as often as one likes.

Vectorised over runs: a figure is a share of so many whole experiments.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from vestibule.routing.experiments.statistics import ENOUGH, Sample, boundary, difference, interval

ALPHA = 0.05
RUNS, UNITS = 1000, 1500
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


def chance(share: float) -> Draw:
    return lambda rng, shape: (rng.random(shape) < share).astype(float)


def beta(a: float, b: float) -> Draw:
    return lambda rng, shape: rng.beta(a, b, shape)


def seconds(median: float) -> Draw:
    """As `metrics.py` counts them: logarithms between 10 ms and 10 min."""
    return lambda rng, shape: np.clip(math.log(median) + rng.standard_normal(shape), math.log(0.01), math.log(600))


def costs(share: float) -> Draw:
    """Nothing mostly, else heavy-tailed up to 10 cents."""
    return lambda rng, shape: np.minimum(0.1, 0.001 * rng.lognormal(0, 2, shape)) * (rng.random(shape) < share)


LATENCY_SPAN = math.log(600 / 0.01)


def watched(first: Draw, other: Draw, truth: float, span: float, weight: float, seed: int) -> tuple[float, float]:
    """The share of runs in which the interval of the difference, looked at after every unit, ever left out `truth`; and
    in which it ever left out 0."""
    rng = np.random.default_rng(seed)
    drawn = rng.random((RUNS, UNITS)) < weight
    values = np.where(drawn, other(rng, drawn.shape), first(rng, drawn.shape))
    ones, others = _samples(values, ~drawn), _samples(values, drawn)
    low, high = _difference(ones, others, span)
    enough = (ones[0] >= ENOUGH) & (others[0] >= ENOUGH)
    missed = (enough & ((low > truth) | (high < truth))).any(axis=1)
    found = (enough & ((low > 0) | (high < 0))).any(axis=1)
    return float(missed.mean()), float(found.mean())


def _samples(values: np.ndarray, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.cumsum(taken, axis=1)
    some = np.maximum(n, 1)
    mean = np.cumsum(values * taken, axis=1) / some
    return n, mean, np.maximum(0, np.cumsum(values**2 * taken, axis=1) - some * mean**2)


BOUNDARY = np.array([0.0, *(boundary(t, ALPHA) for t in range(1, UNITS + 1))])


def _difference(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...], span: float) -> tuple[np.ndarray, ...]:
    """What `difference` says, of whole arrays."""
    t = one[0] + other[0]
    within = (one[2] + other[2]) / np.maximum(t - 2, 1)
    spread = np.zeros(t.shape)
    for n, _, squares in (one, other):
        some = np.maximum(n, 1)
        spread += (np.maximum(squares / np.maximum(n - 1, 1), within) + span**2 / some) / some
    half, between = np.sqrt(t * spread) * BOUNDARY[t], other[1] - one[1]
    return between - half, between + half


def test_what_is_simulated_is_what_is_said() -> None:
    rng = np.random.default_rng(5)
    values, drawn = rng.random((1, 200)), rng.random((1, 200)) < 0.4
    one, other = _samples(values, ~drawn), _samples(values, drawn)
    low, high = _difference(one, other, 1.0)
    for at in (120, 199):
        first, second = (Sample(int(n[0, at]), float(m[0, at]), float(s[0, at])) for n, m, s in (one, other))
        said = difference(first, second, ALPHA, 1.0)
        assert said is not None
        assert (said.low, said.high) == pytest.approx((low[0, at], high[0, at]))


@pytest.mark.parametrize("weight", [0.5, 0.1, 0.9])
@pytest.mark.parametrize(
    ("draw", "span"),
    [
        (beta(8, 1), 1.0),
        (chance(0.5), 1.0),
        (chance(0.05), 1.0),
        (chance(0.005), 1.0),
        (seconds(2.0), LATENCY_SPAN),
        (costs(0.05), 0.1),
    ],
    ids=["quality", "thumbs", "failed", "rarely failed", "latency", "cost"],
)
def test_arms_that_are_alike_are_hardly_ever_told_apart_however_often_one_looks(
    draw: Draw, span: float, weight: float
) -> None:
    missed, found = watched(draw, draw, 0.0, span, weight, seed=11)
    assert missed == found <= ALPHA


@pytest.mark.parametrize("weight", [0.5, 0.1])
@pytest.mark.parametrize(
    ("first", "other", "truth", "span"),
    [
        (beta(8, 1), beta(4, 1), 4 / 5 - 8 / 9, 1.0),
        (chance(0.02), chance(0.3), 0.28, 1.0),
        (chance(0.3), chance(0.02), -0.28, 1.0),
        (seconds(1.0), seconds(1.5), math.log(1.5), LATENCY_SPAN),
    ],
    ids=["quality", "fails more", "fails less", "latency"],
)
def test_the_interval_holds_the_true_difference_at_all_times(
    first: Draw, other: Draw, truth: float, span: float, weight: float
) -> None:
    missed, _ = watched(first, other, truth, span, weight, seed=12)
    assert missed <= ALPHA


@pytest.mark.parametrize(
    ("first", "other", "span"),
    [
        (beta(8, 1), beta(5, 1), 1.0),
        (chance(0.02), chance(0.2), 1.0),
        (seconds(1.0), seconds(1.6), LATENCY_SPAN),
    ],
    ids=["quality", "failed", "latency"],
)
def test_a_difference_that_matters_is_found(first: Draw, other: Draw, span: float) -> None:
    _, found = watched(first, other, 0.0, span, 0.5, seed=13)
    assert found > 0.9


def test_sessions_are_alike_inside_and_are_counted_once() -> None:
    """Arms that are alike, sessions of up to 20 requests with a level of their own, looked at after every request:
    counted by unit the doubt is kept, counted by request it is not."""
    by_unit = by_request = 0
    rng = np.random.default_rng(3)
    for _ in range(200):
        sessions = 150
        level, arm = rng.beta(2, 2, sessions), rng.random(sessions) < 0.5
        order = np.repeat(np.arange(sessions), rng.integers(1, 21, sessions))
        rng.shuffle(order)
        values = (rng.random(len(order)) < level[order]).astype(float)
        by_request += _ever(values, arm[order])
        by_unit += _ever_by_unit(order, values, arm)
    assert by_unit / 200 <= ALPHA
    assert by_request / 200 > 2 * ALPHA


def _ever(values: np.ndarray, drawn: np.ndarray) -> bool:
    one, other = _samples(values[None], ~drawn[None]), _samples(values[None], drawn[None])
    known = np.concatenate([BOUNDARY, [boundary(t, ALPHA) for t in range(len(BOUNDARY), len(values) + 1)]])
    t = one[0] + other[0]
    spread = sum((s / np.maximum(n - 1, 1)) / np.maximum(n, 1) for n, _, s in (one, other))
    enough = (one[0] >= ENOUGH) & (other[0] >= ENOUGH)
    return bool((enough & (np.abs(other[1] - one[1]) > np.sqrt(t * spread) * known[t])).any())


def _ever_by_unit(order: np.ndarray, values: np.ndarray, arm: np.ndarray) -> bool:
    sums, counts = np.zeros(len(arm)), np.zeros(len(arm))
    for at, (unit, value) in enumerate(zip(order, values, strict=True)):
        sums[unit] += value
        counts[unit] += 1
        if at % 5:
            continue
        there = counts > 0
        means = sums[there] / counts[there]
        samples = [
            Sample(len(m), float(m.mean()), float(((m - m.mean()) ** 2).sum())) for m in _split(means, arm[there])
        ]
        said = difference(samples[0], samples[1], ALPHA, 1.0) if len(samples) == 2 else None
        if said and not said.low <= 0 <= said.high:
            return True
    return False


def _split(means: np.ndarray, arm: np.ndarray) -> list[np.ndarray]:
    return [part for part in (means[~arm], means[arm]) if len(part)]


def test_one_arms_interval_holds_its_mean_at_all_times() -> None:
    rng = np.random.default_rng(4)
    values = beta(8, 1)(rng, (400, 600))
    n, mean, squares = _samples(values, np.ones(values.shape, bool))
    missed = 0
    for run in range(400):
        said = (interval(Sample(int(n[run, t]), mean[run, t], squares[run, t]), ALPHA, 1.0) for t in range(0, 600, 7))
        missed += any(around and not around.low <= 8 / 9 <= around.high for around in said)
    assert missed / 400 <= ALPHA


def test_nothing_is_said_of_a_few() -> None:
    few, many = Sample(ENOUGH - 1, 0.0, 0.0), Sample(500, 1.0, 0.0)
    assert interval(few, ALPHA, 1.0) is None
    assert difference(few, many, ALPHA, 1.0) is None
    assert difference(many, few, ALPHA, 1.0) is None
