"""One GGUF file, run by llama.cpp in a process of ours, that turns texts into vectors.

One text at a time goes through it, so that no text's vector depends on what it came with.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import NoCandidate, UpstreamFailed, VestibuleError
from vestibule.core.ports import Embedded
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.llamacpp.instance import Instance, not_running
from vestibule.providers.llamacpp.model_file import ModelFile, examine, require_budget
from vestibule.providers.llamacpp.provider import AS_USUAL
from vestibule.providers.llamacpp.refusals import refused
from vestibule.providers.llamacpp.supervisor import Patience, Status
from vestibule.providers.memory.budget import UNLIMITED, MemoryBudget
from vestibule.providers.memory.footprint import Serving

PATH = "/v1/embeddings"


class LlamaCppEmbedder:
    """Its parameters are those of `LlamaCppProvider`; it always has one slot."""

    def __init__(
        self,
        name: str,
        path: Path,
        logs: Path,
        *,
        serving: Serving = AS_USUAL,
        room: int = 64,
        memory: MemoryBudget | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.name = name
        self._path = path
        self._log = logs / f"llamacpp-{name}.log"
        self._serving = serving
        self._room = room
        self._memory = memory or MemoryBudget()
        self._patience = patience
        self._transport = HomeTransport()
        self._instance: Instance | None = None
        self._refusal: Callable[[], VestibuleError] = partial(not_running, name)
        self.trouble = ""  # why the file cannot be run

    async def start(self) -> None:
        """Examine the file and, if there is room in memory, begin to load it. Raises as that of a provider does."""
        if self._instance is None:
            try:
                model = await asyncio.to_thread(examine, self._path, self._serving, embedding=True)
                require_budget(model, self._memory.limit_bytes)
            except VestibuleError as reason:
                self.trouble = str(reason)
                self._refusal = partial(NoCandidate, reason.message, next_step=reason.next_step)
                raise
            self.trouble = ""
            self._instance = Instance(self.name, model, self._log, self._memory, self._room, self._patience)
        await self._instance.start()

    async def ready(self) -> None:
        """Wait until the model is loaded. Raise `UpstreamFailed` where it cannot be."""
        await self._current().ready()

    async def close(self) -> None:
        """End the child. Requests under way fail; a second call does nothing."""
        self._refusal = partial(not_running, self.name)
        instance, self._instance = self._instance, None
        if instance:
            await instance.close()

    @property
    def model(self) -> ModelFile | None:
        return self._instance.model if self._instance else None

    @property
    def dimension(self) -> int:
        """0 for a file that cannot be run."""
        return self._instance.model.shape.width if self._instance else 0

    @property
    def status(self) -> Status:
        return self._instance.status if self._instance else Status("stopped")

    @property
    def asleep(self) -> bool:
        return self._instance is not None and self._instance.asleep

    @property
    def busy(self) -> bool:
        return self._instance is not None and self._instance.queue.busy

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed a batch. If the child dies meanwhile the next one is asked, once.

        Raises `TooLarge` for a text longer than the context, `QueueFull`, and `UpstreamFailed`.
        """
        instance = self._current()
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

    def _current(self) -> Instance:
        if self._instance is None:
            raise self._refusal()
        return self._instance


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
