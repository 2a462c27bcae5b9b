"""Difficulties of requests of kinds that the network which says them has never seen, by cross-validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vestibule.routing.complexity.difficulty import Complexity
from vestibule.training.complexity.examples import Examples
from vestibule.training.complexity.recipe import Recipe
from vestibule.training.complexity.trainer import Floats, Head, fit


def fitted(recipe: Recipe, examples: Examples) -> dict[str, Head]:
    """Both networks: with the embedding and without."""
    given = examples.difficulties
    return {
        "both": fit(recipe, examples.rows, examples.vectors, given),
        "structure": fit(recipe, examples.rows, None, given),
    }


def of_unseen_kinds(recipe: Recipe, examples: Examples) -> tuple[Floats, Floats]:
    """What is said with the embedding, and without it."""
    both, structure = np.zeros(len(examples.kinds)), np.zeros(len(examples.kinds))
    for fold in _folds(recipe, examples.kinds):
        complexity = Complexity(fitted(recipe, examples.where(~fold)))
        both[fold] = complexity.difficulties(examples.rows[fold], examples.vectors[fold])
        structure[fold] = complexity.difficulties(examples.rows[fold], None)
    return both, structure


def _folds(recipe: Recipe, kinds: NDArray[np.str_]) -> list[NDArray[np.bool_]]:
    shuffled = np.random.default_rng(recipe.seed).permutation(np.unique(kinds))
    return [np.isin(kinds, shuffled[number :: recipe.folds]) for number in range(recipe.folds)]
