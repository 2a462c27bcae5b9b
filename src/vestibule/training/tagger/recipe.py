"""The numbers of the recipe. Knows nothing of how they are used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    seed: int = 11
    texts: int = 180_000
    vocabulary: int = 2500
    word_width: int = 40
    separator_width: int = 8
    hidden: int = 64
    dilations: tuple[int, ...] = (1, 2, 4)
    steps: int = 4500
    batch_texts: int = 160
    rate: float = 0.004
    unlisted: float = 0.35
    """Share of the listed names that a text shows as if no list knew them."""
    strange: float = 0.2
    """Share of all words that a text shows as if no list knew them and they had no row of their own."""
