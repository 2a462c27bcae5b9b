"""Means with intervals that hold whenever one looks, and differences between arms judged by them.

The intervals are asymptotic confidence sequences: Robbins' normal mixture with an estimated variance, for any
distribution of finite variance (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
asymptotic confidence sequences", Annals of Statistics 52, 2024, theorem 2.2). With probability 1 - alpha

    |mean_t - mu| <= s_t * sqrt(2 (t r^2 + 1) / (t^2 r^2) * log(sqrt(t r^2 + 1) / alpha))    for all t at once,

so that looking after every answer, and stopping on what one sees, is no cheating. `r` says where they are tightest, and
they hold for any. Of two arms to which units are drawn at random the same is said of the difference of their means,
with t = n + m and s_t^2 = t (s_n^2 / n + s_m^2 / m).

What holds asymptotically errs early and where one arm is small and what it counts is rare: none of 30 failed, so its
variance seems to be nothing, and a hundredth of another arm that did looks sure. Three cautions, judged by simulation
in the tests, mend that: nothing is said of fewer than `ENOUGH` units; an arm's variance is never taken for less than
that within both together; and each arm is given as much more as one unit at the far end of the range would bring,
range^2 / n. What is counted is therefore bounded (`metrics.py`).

A mean is one over units, whoever keeps an arm (a session, a user), each counted once with the mean of its own requests:
requests of one session are alike, and counted singly they would claim more than they tell. Knows no storage.
"""

from __future__ import annotations

import math

import msgspec

ENOUGH = 30
"""Units an arm needs before anything is said."""
TIGHTEST_AT = 1000
"""Units of both arms at which the interval is as tight as it can be for their number."""


class Sample(msgspec.Struct, frozen=True):
    """`n` units, their mean, and the sum of squared deviations from it."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @property
    def variance(self) -> float:
        return self.squares / (self.n - 1) if self.n > 1 else 0.0


class Interval(msgspec.Struct, frozen=True):
    low: float
    high: float


def interval(sample: Sample, alpha: float, span: float) -> Interval | None:
    """Of the mean of what lies within `span`, at all times at once with probability 1 - alpha; None before there is
    enough."""
    if sample.n < ENOUGH:
        return None
    half = math.sqrt(sample.variance + span * span / sample.n) * boundary(sample.n, alpha)
    return Interval(sample.mean - half, sample.mean + half)


def difference(first: Sample, other: Sample, alpha: float, span: float) -> Interval | None:
    """Of how much more the mean of `other` is than that of `first`; None before there is enough of either."""
    if min(first.n, other.n) < ENOUGH:
        return None
    t = first.n + other.n
    within = (first.squares + other.squares) / (t - 2)
    spread = sum((max(each.variance, within) + span * span / each.n) / each.n for each in (first, other))
    half = math.sqrt(t * spread) * boundary(t, alpha)
    between = other.mean - first.mean
    return Interval(between - half, between + half)


def boundary(t: int, alpha: float) -> float:
    """Half the width for a standard deviation of 1."""
    r2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / TIGHTEST_AT
    return math.sqrt(2 * (t * r2 + 1) / (t * t * r2) * math.log(math.sqrt(t * r2 + 1) / alpha))
