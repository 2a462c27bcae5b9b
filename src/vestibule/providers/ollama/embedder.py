"""Vectors of a model that an Ollama daemon of this house runs itself.

Source: Ollama's API description, "Generate Embeddings" (POST /api/embed). Texts stay at home: the transport sends them
to nobody else, and a model that the daemon would forward is asked nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import aclosing

import msgspec
import numpy as np

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import TooLarge, UpstreamFailed, VestibuleError
from vestibule.core.ports import Embedded, Vector
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.ollama.ownership import missing, require_home_model

BATCH = 64
LONGEST = 64 * 1_048_576


class OllamaEmbedder:
    """`dimension` is 0 where neither the daemon nor a first answer has said it; from then on it must stay the same."""

    def __init__(
        self,
        name: str,
        url: str,
        home_hosts: Collection[str] = (),
        *,
        keep_alive: str | None = None,
        dimension: int = 0,
    ) -> None:
        self.name = name
        self._dimension = dimension
        self._destination = Destination.parse(url)
        self._transport = HomeTransport(home_hosts)
        self._keep_alive = keep_alive

    @property
    def dimension(self) -> int:
        return self._dimension

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed a batch. Raise `TooLarge` for a text longer than the model's context, which is never cut off;
        `EgressRefused` or `UpstreamFailed` as a chat does."""
        await require_home_model(self._transport, self._destination, self.name)
        made = [await self._batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return Embedded(np.concatenate([m.vectors for m in made]), sum(m.tokens for m in made))

    async def _batch(self, texts: Sequence[str]) -> Embedded:
        asked: dict[str, object] = {"model": self.name, "input": list(texts), "truncate": False}
        if self._keep_alive is not None:
            asked["keep_alive"] = self._keep_alive
        body = await asyncio.to_thread(msgspec.json.encode, asked)
        cleared = ClearedRequest(body, self._destination, self.name, 0, "", float("inf"))
        try:
            reply = await self._whole(cleared)
        except UpstreamRefused as refusal:
            raise self._refused(refusal) from None
        said = await asyncio.to_thread(_read, reply)
        self._dimension = self._dimension or said.vectors.shape[1]
        if said.vectors.shape != (len(texts), self._dimension):
            raise UpstreamFailed(f"{self.name} answered with vectors of another shape.", fault="malformed")
        return said

    async def _whole(self, cleared: ClearedRequest) -> bytes:
        pieces, length = [], 0
        async with aclosing(self._transport.stream(cleared, self._destination, "/api/embed")) as body:
            async for piece in body:
                pieces.append(piece)
                length += len(piece)
                if length > LONGEST:
                    raise UpstreamFailed(f"{self.name} answered more than {LONGEST} bytes.", fault="malformed")
        return b"".join(pieces)

    def _refused(self, refusal: UpstreamRefused) -> VestibuleError:
        if refusal.status == 404:
            return missing(self.name)
        if refusal.status == 400 and b"context length" in refusal.body:
            return TooLarge(
                f"A text is longer than {self.name} can embed at once.",
                next_step="Send it in parts: nothing is cut off.",
                param="input",
            )
        return UpstreamFailed(
            f"Ollama answered with status {refusal.status} when it was asked for vectors of {self.name}.",
            next_step="See Ollama's log.",
            fault=refusal.fault,
            retry_after_s=refusal.retry_after_s,
        )


class _Reply(msgspec.Struct):
    embeddings: list[list[float]]
    prompt_eval_count: int = 0


def _read(body: bytes) -> Embedded:
    try:
        reply = msgspec.json.decode(body, type=_Reply)
        return Embedded(_unit(np.array(reply.embeddings, dtype=np.float32)), reply.prompt_eval_count)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise UpstreamFailed("Ollama answered with something else than vectors.", fault="malformed") from None


def _unit(vectors: Vector) -> Vector:
    """Rows of length 1. Raise `ValueError` for what has no direction."""
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError("no matrix of numbers")
    lengths: Vector = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError("a vector of nothing")
    return vectors / lengths
