"""Ask a provider as the flow does: encode, hand over what was cleared, collect the chunks."""

from __future__ import annotations

from vestibule.core.clearance import ClearedRequest
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider


async def answer(provider: LlamaCppProvider, request: ModelRequest) -> list[Chunk]:
    body = provider.encode(request, provider.id)
    cleared = ClearedRequest(body, provider.destination, provider.id, 1, "audit", 1e12)
    return [chunk async for chunk in provider.send(cleared)]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)
