"""Figures of which we know what they must be."""

from __future__ import annotations

import numpy as np
import pytest

from vestibule.training.complexity.calibration import MODELS, calibration
from vestibule.training.complexity.evaluate import auc, brier, ordering, ranks, reliability


def test_area_is_the_share_of_pairs_in_order_with_ties_halved() -> None:
    positive = np.array([True, False, True, False])
    assert auc(np.array([4.0, 1.0, 3.0, 2.0]), positive) == 1
    assert auc(np.array([1.0, 4.0, 2.0, 3.0]), positive) == 0
    assert auc(np.ones(4), positive) == 0.5
    assert auc(np.array([2.0, 2.0, 3.0, 1.0]), positive) == 0.875


def test_ties_share_a_rank() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1, 2.5, 4]


def test_kinds_of_one_difficulty_do_not_count_within() -> None:
    difficulties = np.array([0.1, 0.9, 0.2, 0.8, 0.5, 0.5])
    kinds = np.array(["a", "a", "b", "b", "c", "c"])
    found = ordering(difficulties, difficulties, kinds)
    assert found == pytest.approx((1.0, 1.0, 1.0))
    turned = ordering(-difficulties, difficulties, kinds)
    assert turned == pytest.approx((0.0, 0.0, -1.0))


def test_reliability_is_counted_by_tenths() -> None:
    predicted, observed = np.array([0.05, 0.95, 0.91, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    low, high = reliability(predicted, observed)
    assert low == (1, 0.05, 0.0)
    assert high.size == 3
    assert high.observed == pytest.approx(2 / 3)
    assert brier(predicted, observed) == pytest.approx((0.05**2 + 0.05**2 + 0.91**2) / 4)


def test_outcomes_make_a_wrong_thought_truer_and_spoil_no_right_one() -> None:
    true = np.random.default_rng(1).uniform(0, 1, 3000)
    found = calibration(true, true, seed=1)
    scores = {model.name: found[model.name] for model in MODELS}
    for name, of_model in scores.items():
        assert isinstance(of_model, dict)
        assert of_model["after_200"] < of_model["constant"]
        assert of_model["after_200"] < of_model["who_knows"] + 0.01, name
        if model_is_wrong := [m for m in MODELS if m.name == name and m.capability != m.thought]:
            assert of_model["after_200"] < of_model["after_20"] < of_model["after_0"], model_is_wrong
