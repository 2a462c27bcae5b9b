"""How well difficulties order requests, and how true the probabilities are that follow from them. Knows no network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HARD = 0.45
"""Where a request counts as hard: about what a model of seven billion parameters fails every second time."""


class Ordering(NamedTuple):
    """`auc` is the probability that a hard request is put above an easy one, `within` the same among those of one kind,
    above and below its median, on average over kinds; `rank` is Spearman's correlation with the difficulty."""

    auc: float
    within: float
    rank: float


class Bin(NamedTuple):
    """Of the predictions in one tenth of [0, 1]: how many, their mean, and how many of those came true."""

    size: int
    predicted: float
    observed: float


def ordering(scores: Floats, difficulties: Floats, kinds: NDArray[np.str_]) -> Ordering:
    by_kind = []
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        above = difficulties[of_kind] > np.median(difficulties[of_kind])
        if above.any() and not above.all():
            by_kind.append(auc(scores[of_kind], above))
    rank = float(np.corrcoef(ranks(scores), ranks(difficulties))[0, 1])
    return Ordering(auc(scores, difficulties >= HARD), float(np.mean(by_kind)), rank)


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, as the rank sum of Mann and Whitney; ties count half."""
    positives = int(positive.sum())
    negatives = len(positive) - positives
    above = ranks(scores)[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def ranks(scores: Floats) -> Floats:
    """From 1; ties share the mean of theirs."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return means


def brier(predicted: Floats, observed: Floats) -> float:
    """Mean squared error of probabilities (Brier 1950)."""
    return float(np.mean((predicted - observed) ** 2))


def reliability(predicted: Floats, observed: Floats) -> list[Bin]:
    """Of each tenth in which there are any."""
    tenth = np.minimum((predicted * 10).astype(int), 9)
    chosen = [tenth == number for number in range(10)]
    return [Bin(int(c.sum()), float(predicted[c].mean()), float(observed[c].mean())) for c in chosen if c.any()]
