"""Protocols that several rooms consume; `app.py` joins them to what implements them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec
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


class Embedded(msgspec.Struct, frozen=True):
    """`vectors` as those of an `Embedder`; `tokens` is how many the texts had together."""

    vectors: Vector
    tokens: int


class EmbeddingModel(Protocol):
    """A model that callers may name for its vectors. It alone knows how many tokens a text has for it."""

    name: str

    @property
    def dimension(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> Embedded: ...


class Subject(msgspec.Struct, frozen=True):
    """Who is to be forgotten: a tenant, or whatever of a tenant's names a person. `documents` that name a person are
    erased only if asked for: they are the house's own."""

    tenant: str
    person: str | None = None
    documents: bool = False

    @property
    def naming(self) -> str:
        """A pattern, for Python's `re` and PostgreSQL's `~*` alike, of how the person may be named in a text: the words
        in their order with any white space between, or the last one first, as in "Berg, Anna"."""
        words = [re.sub(r"([^\w\s])", r"\\\1", word) for word in (self.person or "").split()]
        in_order = r"\s+".join(words)
        turned = rf"{words[-1]},\s*" + r"\s+".join(words[:-1]) if len(words) > 1 else in_order
        return rf"(?<!\w)(?:{in_order}|{turned})(?!\w)"

    def is_named_in(self, *texts: str) -> bool:
        return self.person is not None and any(re.search(self.naming, text, re.IGNORECASE) for text in texts)


class Erasable(Protocol):
    """A part that holds something of a tenant and can forget it. `name` is said to people: "cached answers"."""

    name: str

    async def count(self, subject: Subject) -> int:
        """How much there is that `erase` would take, or that names the person."""
        ...

    async def erase(self, subject: Subject) -> int:
        """Forget it for good; return how much there was."""
        ...
