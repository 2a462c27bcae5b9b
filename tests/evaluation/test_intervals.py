"""Intervals, against figures that were worked out elsewhere, and against what they claim."""

from __future__ import annotations

import numpy as np
import pytest

from vestibule.evaluation.intervals import paired_bootstrap, sign_flip, wilson


def test_wilson_as_it_is_tabled() -> None:
    """8 of 10, and 0 of 10: Newcombe's paper of 1998 gives .4902 to .9433 for the first."""
    told = wilson(0.8, 10)
    assert (round(told.low, 4), round(told.high, 4)) == (0.4902, 0.9433)
    assert (wilson(0.0, 10).low, round(wilson(0.0, 10).high, 3)) == (0.0, 0.278)
    assert wilson(1.0, 10).high == pytest.approx(1.0)
    assert (wilson(0.5, 0).low, wilson(0.5, 0).high) == (0.0, 1.0)


def test_the_bootstrap_is_that_of_the_mean() -> None:
    """Its width is near that of the normal interval for many values, and it is nothing where all are the same."""
    values = np.random.default_rng(1).normal(0.2, 1.0, 400).tolist()
    told = paired_bootstrap(values, 3)
    half = 1.96 * float(np.std(values)) / 20
    mean = float(np.mean(values))
    assert told.low == pytest.approx(mean - half, abs=0.02)
    assert told.high == pytest.approx(mean + half, abs=0.02)
    assert paired_bootstrap(values, 3) == told
    same = paired_bootstrap([0.5, 0.5], 0)
    assert (same.low, same.high) == (0.5, 0.5)


def test_signs_say_how_probable_it_is() -> None:
    """Of 2^n signs two reach as far where all point one way."""
    assert sign_flip([1.0] * 3, 0) == 2 / 8
    assert sign_flip([0.0, 1.0, 1.0, 1.0], 0) == 2 / 8
    assert sign_flip([1.0, -1.0], 0) == 1.0
    assert sign_flip([0.0, 0.0], 0) == 1.0
    assert sign_flip([1.0] * 40, 0) < 0.001
    assert sign_flip([1.0, -1.0] * 20, 0) > 0.9


def test_where_neither_is_better_one_seldom_seems_so() -> None:
    """Over 300 experiments with no difference, at most about 5 % are called sure by both."""
    random = np.random.default_rng(11)
    seemed = 0
    for at in range(300):
        differences = random.choice([-1.0, 0.0, 1.0], size=15).tolist()
        seemed += paired_bootstrap(differences, at).low > 0 and sign_flip(differences, at) <= 0.05
    assert seemed <= 18
