"""One GGUF file, run by llama.cpp in a process of ours, as a provider of answers.

Who waits is decided here, who lives by the supervisor; the protocol is OpenAI's and the transport that of the house.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

import msgspec

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import InvalidRequest, NoCandidate, TooLarge, Unavailable, UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, bounded
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.llamacpp.model_file import (
    CONTEXT,
    ModelFile,
    available_memory,
    examine,
    require_budget,
    require_free,
)
from vestibule.providers.llamacpp.queue import Queue
from vestibule.providers.llamacpp.supervisor import Patience, Status, Supervisor
from vestibule.providers.memory.budget import UNLIMITED, MemoryBudget
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.openai import OpenAIProvider
from vestibule.providers.openai.events import chunks

PATH = "/v1/chat/completions"
AS_USUAL = Serving(CONTEXT, slots=2)


class LlamaCppProvider:
    """`serving` says how it is run; `room` how many requests may wait while all slots are taken. Logs go to `logs`, a
    folder. The model is in memory only as long as `memory` has room for it; who asks brings it back."""

    kind = "llamacpp"

    def __init__(
        self,
        provider_id: str,
        path: Path,
        logs: Path,
        *,
        serving: Serving = AS_USUAL,
        room: int = 64,
        memory: MemoryBudget | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.id = provider_id
        self.destination = Destination("unix", f"llamacpp/{provider_id}")  # our child's socket, new with each child
        self.model: ModelFile | None = None
        self._path = path
        self._log = logs / f"llamacpp-{provider_id}.log"
        self._serving = serving
        self._memory = memory or MemoryBudget()
        self._patience = patience
        self._queue = Queue(serving.slots, room)
        self._transport = HomeTransport()
        self._protocol = OpenAIProvider(provider_id, "unix:/", self._transport)
        self._supervisor: Supervisor | None = None
        self._refusal: Callable[[], VestibuleError] | None = partial(_not_running, provider_id)

    async def start(self) -> None:
        """Examine the file and, if there is room in memory, begin to load it, without waiting for that: requests do.

        Raises `NotFound`, `InvalidRequest` or `TooLarge` where the file cannot be run. A second call tries anew after
        the supervisor has given up, and does nothing else.
        """
        if self.model is None:
            model = await asyncio.to_thread(examine, self._path, self._serving)
            try:
                require_budget(model, self._memory.limit_bytes)
            except TooLarge as sum_:
                self._refusal = partial(NoCandidate, sum_.message, next_step=sum_.next_step)
                raise
            self.model, self._refusal = model, None
        if await self._memory.load_if_room(self) and self._supervisor:
            self._supervisor.start()

    async def load(self) -> None:
        """Begin to load, whoever else there is: for `memory`, which makes room first."""
        available = await asyncio.to_thread(available_memory)
        self._require_started()
        assert self.model is not None
        require_free(self.model, available)
        self._supervisor = Supervisor(self.id, self.model, self._log, self._answers, self._patience)
        self._supervisor.start()

    async def unload(self) -> None:
        """End the child and keep all else: for `memory`."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor:
            await supervisor.close()

    async def ready(self) -> None:
        """Wait until the model is loaded. Raise `UpstreamFailed` where it cannot be."""
        await self._running().ready()

    async def close(self) -> None:
        """End the child. Requests under way fail; a second call does nothing."""
        self._refusal = partial(_not_running, self.id)
        self.model = None
        await self._memory.forget(self)

    @property
    def status(self) -> Status:
        return self._supervisor.status if self._supervisor else Status("stopped")

    @property
    def asleep(self) -> bool:
        """Whether it is not in memory, but would be if it were asked."""
        return self._supervisor is None and self._refusal is None

    @property
    def size_bytes(self) -> int:
        return self.model.footprint.total if self.model else 0

    @property
    def waiting(self) -> int:
        return self._queue.waiting

    @property
    def busy(self) -> bool:
        """Whether anybody is being answered or waits."""
        return bool(self._queue.taken or self._queue.waiting)

    def encode(self, request: ModelRequest, model: str) -> bytes:
        return self._protocol.encode(bounded(request), model)

    async def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Wait for a slot and for a child, then stream. If the child dies before its first word, the next one is asked,
        once: a conversation that kills each child is not tried for ever.

        Raises `QueueFull`, `InvalidRequest` for a conversation longer than the context, `UpstreamFailed` for a child
        that dies meanwhile or does not come back.
        """
        self._require_started()
        async with self._queue.turn(self._memory.held(self)):
            supervisor = self._running()
            for again in (True, False):
                socket = await supervisor.ready()
                said = False
                try:
                    async with aclosing(chunks(self._transport.stream(cleared, socket, PATH), self.id)) as answer:
                        async for chunk in answer:
                            if chunk.finish_reason:
                                supervisor.answered()
                            said = True
                            yield chunk
                    return
                except UpstreamRefused as refusal:
                    raise _refused(self.id, refusal) from None
                except UpstreamFailed:
                    if said or not again or not await supervisor.lost(socket):
                        raise UpstreamFailed(
                            f"The model {self.id} broke off before its answer was whole.", next_step="Ask again."
                        ) from None

    def _require_started(self) -> None:
        if self._refusal:
            raise self._refusal()

    def _running(self) -> Supervisor:
        if self._supervisor is None:
            raise (self._refusal or partial(_not_running, self.id))()
        return self._supervisor

    async def _answers(self, socket: Destination, wait_s: float) -> bool:
        try:
            await self._transport.get(socket, "/health", wait_s=wait_s)
        except UpstreamFailed:
            return False
        return True


async def require_loadable(
    path: Path, logs: Path, serving: Serving = AS_USUAL, budget_bytes: int = UNLIMITED
) -> ModelFile:
    """Load the model of `path` once and let it go. Raises what `start` and `ready` of a provider raise."""
    provider = LlamaCppProvider("trial", path, logs, serving=serving, memory=MemoryBudget(budget_bytes))
    try:
        await provider.start()
        await provider.ready()
        assert provider.model is not None
        return provider.model
    finally:
        await provider.close()


def _not_running(model: str) -> Unavailable:
    return Unavailable(f"The model {model} is not running.", next_step="Start Vestibule again.")


class _Error(msgspec.Struct):
    type: str = ""
    n_prompt_tokens: int = 0
    n_ctx: int = 0


class _Refusal(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


def _refused(model: str, refusal: UpstreamRefused) -> InvalidRequest | UpstreamFailed:
    try:
        error = msgspec.json.decode(refusal.body, type=_Refusal).error
    except msgspec.DecodeError:
        error = _Error()
    if error.type == "exceed_context_size_error":
        return InvalidRequest(
            f"The conversation with its sources is {error.n_prompt_tokens:,} tokens long; "
            f"{error.n_ctx:,} fit into the context of {model}.",
            next_step="Shorten it, or give the model more context.",
            param="messages",
        )
    return UpstreamFailed(
        f"The model {model} refused the request with status {refusal.status}.",
        next_step="Its chat template may not allow such a conversation: ask another model.",
    )
