"""One GGUF file, run by llama.cpp in a process of ours, that turns texts into vectors.

One text at a time goes through it, so that no text's vector depends on what it came with.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec
import numpy as np

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.core.ports import Embedded
from vestibule.providers.home.transport import UpstreamRefused
from vestibule.providers.llamacpp.model_file import ModelFile
from vestibule.providers.llamacpp.refusals import refused
from vestibule.providers.llamacpp.runner import AS_USUAL, Runner
from vestibule.providers.memory.budget import UNLIMITED, MemoryBudget
from vestibule.providers.memory.footprint import Serving

PATH = "/v1/embeddings"


class LlamaCppEmbedder(Runner):
    """Its parameters are those of `Runner`; it always has one slot."""

    embedding = True

    @property
    def dimension(self) -> int:
        """0 for a file that cannot be run."""
        return self.model.shape.width if self.model else 0

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed a batch. If the child dies meanwhile the next one is asked, once.

        Raises `TooLarge` for a text longer than the context, `QueueFull`, and `UpstreamFailed`.
        """
        instance = self._soonest()
        body = msgspec.json.encode({"model": self.name, "input": texts, "encoding_format": "base64"})
        cleared = ClearedRequest(body, Destination("unix"), self.name, 0, "", float("inf"))
        async with instance.turn() as supervisor:
            for again in (True, False):
                socket = await supervisor.ready()
                try:
                    reply = b""
                    async with aclosing(self._transport.stream(cleared, socket, PATH)) as pieces:
                        async for piece in pieces:
                            reply += piece
                except UpstreamRefused as refusal:
                    raise refused(self.name, refusal, instance.model.serving.context) from None
                except UpstreamFailed as failure:
                    if not again or not await supervisor.lost(socket):
                        raise UpstreamFailed(
                            f"The model {self.name} broke off.", next_step="Ask again.", fault=failure.fault
                        ) from None
                else:
                    supervisor.answered()
                    return await asyncio.to_thread(_read, reply, self.name)
        raise AssertionError("a second try returns or raises")


async def require_embeddable(
    path: Path, logs: Path, serving: Serving = AS_USUAL, budget_bytes: int = UNLIMITED
) -> ModelFile:
    """Load the model of `path` once, have it embed a word, and let it go. Raises what an embedder raises."""
    embedder = LlamaCppEmbedder("trial", path, logs, serving=serving, memory=MemoryBudget(budget_bytes))
    try:
        await embedder.start()
        await embedder.embed(["trial"])
        assert embedder.model is not None
        return embedder.model
    finally:
        await embedder.close()


class _Row(msgspec.Struct):
    index: int
    embedding: str


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0


class _Reply(msgspec.Struct):
    data: list[_Row]
    usage: _Usage = msgspec.field(default_factory=_Usage)


def _read(body: bytes, model: str) -> Embedded:
    try:
        reply = msgspec.json.decode(body, type=_Reply)
        rows = sorted(reply.data, key=lambda row: row.index)
        vectors = np.stack([np.frombuffer(base64.b64decode(row.embedding), "<f4") for row in rows])
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise UpstreamFailed(
            f"The model {model} answered with something else than vectors.", fault="malformed"
        ) from None
    return Embedded(vectors.astype(np.float32), reply.usage.prompt_tokens)
