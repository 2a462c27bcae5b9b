"""The numbers of the recipe. Knows nothing of how they are used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    seed: int = 5
    examples: int = 240
    """Of each kind of request."""
    hidden: int = 4
    steps: int = 600
    rate: float = 0.01
    batch: int = 1024
    decay_of_vector: float = 0.0005
    decay_of_structure: float = 0.01
    decay_of_hidden: float = 0.003
    folds: int = 6
