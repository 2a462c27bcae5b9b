"""How sure a difference is. Cases are what is drawn from all that might be asked: repeated answers to one case are
averaged first, since they are not independent of each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import msgspec
import numpy as np

Z95 = 1.959964
DRAWS = 5_000
LEVEL = 0.95
EXACT = 12
"""Differences up to which all signs are tried."""


class Interval(msgspec.Struct, frozen=True):
    low: float
    high: float


def wilson(share: float, cases: int) -> Interval:
    """The 95 % interval of a share by Wilson's score, for so many independent cases.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if cases == 0:
        return Interval(0.0, 1.0)
    z2 = Z95**2
    middle = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    half = Z95 / (1 + z2 / cases) * math.sqrt(share * (1 - share) / cases + z2 / (4 * cases**2))
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))


def paired_bootstrap(differences: Sequence[float], seed: int) -> Interval:
    """The 95 % interval of the mean of paired differences, one for each case, by the percentile bootstrap.

    B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
    """
    values = np.asarray(differences, dtype=float)
    drawn = np.random.default_rng(seed).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


def sign_flip(differences: Sequence[float], seed: int) -> float:
    """How probable a mean at least as far from 0 is where neither is better: the p of Fisher's randomisation test, both
    sides. All signs are tried for few differences, else `DRAWS` at random. Keeps a handful of cases from being taken
    for proof, which the bootstrap alone does not.

    R. A. Fisher, "The Design of Experiments" (1935), section 21.
    """
    values = np.asarray([d for d in differences if d], dtype=float)
    if not len(values):
        return 1.0
    if len(values) <= EXACT:
        signs = np.array(list(product((1, -1), repeat=len(values))))
        return float((np.abs(signs @ values) >= abs(values.sum()) - 1e-12).mean())
    signs = np.random.default_rng(seed).choice((1, -1), size=(DRAWS, len(values)))
    reached = int((np.abs(signs @ values) >= abs(values.sum()) - 1e-12).sum())
    return (reached + 1) / (DRAWS + 1)
