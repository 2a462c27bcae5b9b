"""Protocols that several rooms consume; `app.py` joins them to what implements them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors. Never blocks the event loop."""

    name: str
    dimension: int

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Embed a batch; shape (len(texts), dimension), float32, rows of length 1."""
        ...

    def count_tokens(self, text: str) -> int:
        """Number of tokens the model sees, without truncation."""
        ...
