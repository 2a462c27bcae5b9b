"""How probable it is that a model answers a request of some difficulty well enough; learnt from what came of answers.

Of each model a Bayesian logistic regression on the difficulty: a Gaussian over its level and its slope, moved by each
outcome (the extended Kalman form of the online Laplace approximation) and forgetting slowly. Knows no storage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp, pi, sqrt

import msgspec

SLOPE = 8.0
"""What a whole step of difficulty does to the logit: .25 beyond the capability, a tenth of the answers are good."""
LEVEL_VARIANCE, SLOPE_VARIANCE = 1.5, 4.0
MEMORY = 300
"""Outcomes after which one counts for a third: models change behind a name, and so does what is asked of them."""
LEAST_SLOPE = 0.5
MIDDLE = 0.5


class Outcome(msgspec.Struct, frozen=True):
    """What came of an answer of `model` to a request of `difficulty`. `good` is 1 for good enough, 0 for not, between
    for a score; `weight` what it counts for: 1 a judged answer, less what is less sure."""

    model: str
    difficulty: float
    good: float
    weight: float = 1.0


class Belief(msgspec.Struct, frozen=True):
    """logit P(good) = level − slope · (difficulty − .5): the means of both, their covariance, and how many outcomes
    made it so."""

    level: float
    slope: float
    level_variance: float
    covariance: float
    slope_variance: float
    outcomes: float = 0.0

    def probability(self, difficulty: float) -> float:
        """With what is not known of the two averaged over (MacKay 1992, equation 12)."""
        x = MIDDLE - difficulty
        mean = self.level + max(self.slope, LEAST_SLOPE) * x
        variance = self.level_variance + 2 * x * self.covariance + x * x * self.slope_variance
        return _logistic(mean / sqrt(1 + pi * max(variance, 0.0) / 8))


def prior(capability: float) -> Belief:
    return Belief(SLOPE * (capability - MIDDLE), SLOPE, LEVEL_VARIANCE, 0.0, SLOPE_VARIANCE)


def moved(belief: Belief, outcome: Outcome, towards: Belief) -> Belief:
    """The belief after an outcome. It first forgets: its variance widens to at most that of `towards`, the prior."""
    keep = 1 - outcome.weight / MEMORY
    a = min(belief.level_variance / keep, towards.level_variance)
    c = min(belief.slope_variance / keep, towards.slope_variance)
    b = belief.covariance * sqrt(a * c / (belief.level_variance * belief.slope_variance))
    x = MIDDLE - outcome.difficulty
    expected = _logistic(belief.level + belief.slope * x)
    by_level, by_slope = a + b * x, b + c * x
    information = max(outcome.weight * expected * (1 - expected), 1e-6)
    gain = 1 / (1 + information * (by_level + x * by_slope))
    surprise = outcome.weight * (outcome.good - expected) * gain
    return Belief(
        belief.level + by_level * surprise,
        belief.slope + by_slope * surprise,
        a - information * gain * by_level * by_level,
        b - information * gain * by_level * by_slope,
        c - information * gain * by_slope * by_slope,
        belief.outcomes + outcome.weight,
    )


class Expectation:
    """`capability` says what is thought of a model, by its id, before anything came of its answers."""

    def __init__(self, capability: Callable[[str], float]) -> None:
        self._capability = capability
        self._priors: dict[str, Belief] = {}
        self._beliefs: dict[str, Belief] = {}
        self._new: list[Outcome] = []

    def __call__(self, difficulty: float, model_id: str) -> float:
        """The probability, in (0, 1), that this model answers well enough."""
        return self.belief(model_id).probability(difficulty)

    def learn(self, outcome: Outcome) -> None:
        """Count for what is asked from now on. Raise `ValueError` where its figures are none."""
        if not (0 <= outcome.difficulty <= 1 and 0 <= outcome.good <= 1 and 0 < outcome.weight <= 1):
            raise ValueError("an outcome has a difficulty and a goodness from 0 to 1, and a weight above 0 up to 1")
        self._beliefs[outcome.model] = self.after(outcome, self._beliefs.get(outcome.model))
        self._new.append(outcome)

    def after(self, outcome: Outcome, belief: Belief | None) -> Belief:
        """What is believed of the model after the outcome, where `belief` was; None for nothing yet."""
        prior = self._prior(outcome.model)
        return moved(belief or prior, outcome, prior)

    def belief(self, model_id: str) -> Belief:
        return self._beliefs.get(model_id) or self._prior(model_id)

    def taken(self) -> list[Outcome]:
        """What was learnt and not taken before, for all workers to learn."""
        taken, self._new = self._new, []
        return taken

    def put_back(self, outcomes: list[Outcome]) -> None:
        """Taken, and could not be kept."""
        self._new = [*outcomes, *self._new]

    def become(self, beliefs: Mapping[str, Belief]) -> None:
        """Believe what all workers' outcomes came to, and on top of it what was learnt here since."""
        self._beliefs = dict(beliefs)
        self._priors.clear()
        for outcome in self._new:
            self._beliefs[outcome.model] = self.after(outcome, self._beliefs.get(outcome.model))

    def _prior(self, model_id: str) -> Belief:
        if model_id not in self._priors:
            self._priors[model_id] = prior(self._capability(model_id))
        return self._priors[model_id]


def _logistic(logit: float) -> float:
    if logit >= 0:
        return 1 / (1 + exp(-logit))
    return exp(logit) / (1 + exp(logit))
