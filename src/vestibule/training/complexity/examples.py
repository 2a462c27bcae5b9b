"""Generated requests as numbers: their features, their embeddings, and the difficulty that they were made with."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vestibule.core.ports import Vector
from vestibule.providers.embedder import MiniLM
from vestibule.routing.complexity.structure import features
from vestibule.training.complexity.grammar import Grammar
from vestibule.training.complexity.requests import Example, example


@dataclass(frozen=True)
class Examples:
    """Per request: features (n, f), embedding (n, 384), difficulty in (0, 1), kind, and its length in characters."""

    rows: NDArray[np.float32]
    vectors: Vector
    difficulties: NDArray[np.float64]
    kinds: NDArray[np.str_]
    lengths: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        return type(self)(
            self.rows[chosen], self.vectors[chosen], self.difficulties[chosen], self.kinds[chosen], self.lengths[chosen]
        )


def draw(seed: int, of_each: int, *, held_out: bool) -> list[Example]:
    """So many of each kind, times what the grammar says of it, of templates that are held out or of the others. Kinds
    that have none are left out."""
    grammar = Grammar.shipped()
    rng = random.Random(f"{seed}/{held_out}")
    kinds = [kind for kind in grammar.kinds if not held_out or grammar.has_held_out(kind)]
    drawn = (kind for kind in kinds for _ in range(of_each * grammar.kinds[kind]))
    return [example(grammar, grammar.draw(kind, rng, held_out=held_out), rng) for kind in drawn]


async def read(drawn: Sequence[Example]) -> Examples:
    """Embed with the product's own embedder, about 150 requests a second."""
    with tempfile.TemporaryDirectory() as home:
        embedder = MiniLM(Path(home))
        try:
            vectors = await embedder.embed([one.request.question for one in drawn])
        finally:
            embedder.close()
    return Examples(
        np.stack([features(one.request) for one in drawn]),
        vectors,
        np.array([one.difficulty for one in drawn]),
        np.array([one.kind for one in drawn]),
        np.array([float(len(one.request.question)) for one in drawn]),
    )
