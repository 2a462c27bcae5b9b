"""A model is expected to answer what its size suggests, until it has been seen to do otherwise."""

from __future__ import annotations

import random
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.routing.complexity import Belief, Expectation, Outcome

DIFFICULTIES = [n / 20 for n in range(21)]


def of_capability(value: float) -> Expectation:
    return Expectation(lambda _: value)


def really(capability: float, difficulty: float) -> float:
    return 1 / (1 + exp(-8 * (capability - difficulty)))


def taught(expectation: Expectation, capability: float, outcomes: int, seed: int = 1) -> Expectation:
    rng = random.Random(seed)
    for _ in range(outcomes):
        difficulty = rng.random()
        expectation.learn(Outcome("m", difficulty, float(rng.random() < really(capability, difficulty))))
    return expectation


def test_before_anything_came_back_it_is_what_the_capability_says() -> None:
    expectation = of_capability(0.5)
    assert expectation(0.5, "m") == pytest.approx(0.5)
    assert expectation(0.1, "m") > 0.85
    assert expectation(0.9, "m") < 0.15


def test_harder_is_never_more_probable() -> None:
    for expectation in (of_capability(0.4), taught(of_capability(0.4), 0.8, 150)):
        said = [expectation(difficulty, "m") for difficulty in DIFFICULTIES]
        assert said == sorted(said, reverse=True)


@pytest.mark.parametrize(("thought", "is_really"), [(0.3, 0.7), (0.7, 0.3), (0.5, 0.5)])
def test_two_hundred_outcomes_correct_a_wrong_thought(thought: float, is_really: float) -> None:
    expectation = taught(of_capability(thought), is_really, 200)
    errors = [abs(expectation(d, "m") - really(is_really, d)) for d in DIFFICULTIES]
    assert np.mean(errors) < 0.06


def test_what_is_learnt_of_one_model_says_nothing_of_another() -> None:
    expectation = of_capability(0.5)
    before = expectation(0.5, "other")
    taught(expectation, 0.9, 50)
    assert expectation(0.5, "other") == before
    assert expectation(0.5, "m") > before


def test_a_little_weight_moves_a_little() -> None:
    moves = []
    for weight in (0.1, 1.0):
        expectation = of_capability(0.5)
        expectation.learn(Outcome("m", 0.5, 1.0, weight))
        moves.append(expectation(0.5, "m") - 0.5)
    assert 0 < moves[0] < moves[1]


def test_a_score_between_moves_between() -> None:
    said = []
    for good in (0.0, 0.5, 1.0):
        expectation = of_capability(0.5)
        expectation.learn(Outcome("m", 0.5, good))
        said.append(expectation(0.5, "m"))
    assert said[0] < 0.45 < said[1] < 0.55 < said[2]


def test_what_was_learnt_is_forgotten_when_the_model_changes() -> None:
    """Two thousand outcomes of a good model do not outweigh three hundred of the bad one that took its place."""
    expectation = taught(of_capability(0.5), 0.9, 2000)
    assert expectation(0.5, "m") > 0.85
    taught(expectation, 0.2, 300, seed=2)
    assert expectation(0.5, "m") < 0.35


@pytest.mark.parametrize(
    "outcome", [("m", 1.2, 1.0, 1.0), ("m", 0.5, -0.1, 1.0), ("m", 0.5, 1.0, 0.0), ("m", float("nan"), 1.0, 1.0)]
)
def test_figures_that_are_none_are_refused(outcome: tuple[str, float, float, float]) -> None:
    expectation = of_capability(0.5)
    with pytest.raises(ValueError, match="from 0 to 1"):
        expectation.learn(Outcome(*outcome))
    assert expectation(0.5, "m") == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1)), max_size=200))
def test_no_outcomes_bring_it_beyond_reason(outcomes: list[tuple[float, float, float]]) -> None:
    expectation = of_capability(0.5)
    for difficulty, good, weight in outcomes:
        expectation.learn(Outcome("m", difficulty, good, weight))
    belief = expectation.belief("m")
    assert belief.level_variance > 0
    assert belief.slope_variance > 0
    assert belief.covariance**2 <= belief.level_variance * belief.slope_variance * (1 + 1e-9)
    said = [expectation(difficulty, "m") for difficulty in DIFFICULTIES]
    assert all(0 < probability < 1 for probability in said)


def test_a_surely_hopeless_model_is_no_error() -> None:
    expectation = Expectation(lambda _: 0.5)
    expectation.become({"m": Belief(-900.0, 8.0, 0.0, 0.0, 0.0)})
    assert expectation(0.9, "m") < 1e-9
