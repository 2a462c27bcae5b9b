"""The provider of last and, without a model, first resort: it composes, it never invents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import msgspec

from vestibule.core.answer import Usage
from vestibule.core.clearance import INSIDE, ClearedRequest
from vestibule.core.generation import ModelRequest
from vestibule.core.ports import Embedder
from vestibule.providers.base import Chunk
from vestibule.providers.extractive.composition import compose

STRETCH = 8192  # characters


class ExtractiveProvider:
    id = "extractive"
    kind = "extractive"
    destination = INSIDE
    capacity: int | None = None
    continues = False

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def encode(self, request: ModelRequest, model: str) -> bytes:
        return msgspec.msgpack.encode(request)

    def _count(self, request: ModelRequest) -> int:
        """Counted in stretches, so that a prompt of megabytes does not keep the interpreter from others."""
        return sum(
            self._embedder.count_tokens(m.content[start : start + STRETCH])
            for m in request.messages
            for start in range(0, len(m.content), STRETCH)
        )

    async def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        request = msgspec.msgpack.decode(cleared.body, type=ModelRequest)
        prompt_tokens = await asyncio.to_thread(self._count, request)
        completion_tokens = 0
        pieces = [piece async for piece in compose(request, self._embedder)]
        limit = request.sampling.max_tokens
        for piece in pieces:
            tokens = self._embedder.count_tokens(piece)
            if limit is not None and completion_tokens + tokens > limit:
                yield Chunk(finish_reason="length", usage=Usage(prompt_tokens, completion_tokens))
                return
            completion_tokens += tokens
            yield Chunk(piece)
        yield Chunk(finish_reason="stop", usage=Usage(prompt_tokens, completion_tokens))
