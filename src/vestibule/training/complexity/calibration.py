"""Whether what `Expectation` says comes true, of models that are simulated: no figure here is of a real model.

A simulated model of capability c answers a request of true difficulty d well enough with probability
1 / (1 + exp(-slope · (c − d))); what is said of the request is the network's difficulty, not the true one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vestibule.routing.complexity.expectation import SLOPE, Expectation, Outcome
from vestibule.training.complexity.evaluate import Floats, brier, reliability

LEARNT = (0, 20, 200)


class Simulated(NamedTuple):
    """A model that is `capability`, thought to be `thought` before anything came of its answers."""

    name: str
    capability: float
    thought: float
    slope: float = SLOPE


MODELS = (
    Simulated("as thought, 1B", 0.30, 0.30),
    Simulated("as thought, 7B", 0.51, 0.51),
    Simulated("better than thought", 0.70, 0.45),
    Simulated("worse than thought", 0.25, 0.50),
    Simulated("fails more evenly than thought", 0.50, 0.50, 3.0),
)


def calibration(said: Floats, true: Floats, seed: int) -> dict[str, object]:
    """Brier scores after 0, 20 and 200 outcomes, beside the best constant's and that of who knows the simulation; and
    the reliability (how many, predicted, observed by tenths) of all models together at the last."""
    random = np.random.default_rng(seed)
    figures: dict[str, object] = {}
    predictions, observations = [], []
    for model in MODELS:
        truth = 1 / (1 + np.exp(-model.slope * (model.capability - true)))
        good = (random.random(len(true)) < truth).astype(float)
        order = random.permutation(len(true))
        learnt, judged = order[: max(LEARNT)], order[max(LEARNT) :]
        scores: dict[str, float] = {}
        for count in LEARNT:
            expectation = Expectation(lambda _, thought=model.thought: thought)  # type: ignore[misc]  # bound per model
            for at in learnt[:count]:
                expectation.learn(Outcome(model.name, float(said[at]), float(good[at])))
            predicted = np.array([expectation(float(said[at]), model.name) for at in judged])
            scores[f"after_{count}"] = round(brier(predicted, good[judged]), 4)
        scores["constant"] = round(brier(np.full(len(judged), good[judged].mean()), good[judged]), 4)
        scores["who_knows"] = round(brier(truth[judged], good[judged]), 4)
        figures[model.name] = scores
        predictions.append(predicted)
        observations.append(good[judged])
    bins = reliability(np.concatenate(predictions), np.concatenate(observations))
    figures["reliability"] = [[b.size, round(b.predicted, 3), round(b.observed, 3)] for b in bins]
    return figures
