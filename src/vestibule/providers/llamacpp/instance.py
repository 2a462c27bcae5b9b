"""One way of running a model file: its child, who waits for its slots, and its place in the memory of all models.

A provider has one at a time, and for the while that one takes over from another, two.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from vestibule.core.clearance import Destination
from vestibule.core.errors import Unavailable, UpstreamFailed
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.llamacpp.model_file import ModelFile, available_memory, require_free
from vestibule.providers.llamacpp.queue import Queue
from vestibule.providers.llamacpp.supervisor import Patience, Status, Supervisor
from vestibule.providers.memory.budget import MemoryBudget


class Child(Protocol):
    """Whoever keeps a child alive, as one that has a turn at it needs it. See `Supervisor`."""

    async def ready(self) -> Destination: ...
    async def lost(self, socket: Destination) -> bool: ...
    def answered(self) -> None: ...
    async def empty_log(self) -> None: ...


class Instance:
    """`room` is how many requests may wait while all slots are taken. It is in memory only as long as `memory` has room
    for it; who asks brings it back."""

    def __init__(
        self, name: str, model: ModelFile, log: Path, memory: MemoryBudget, room: int, patience: Patience | None
    ) -> None:
        self.id = name
        self.model = model
        self.queue = Queue(model.serving.slots, room)
        self._log = log
        self._memory = memory
        self._patience = patience
        self._transport = HomeTransport()
        self._supervisor: Supervisor | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def slots(self) -> int:
        """How many requests are answered at once."""
        return self.model.serving.slots

    @property
    def size_bytes(self) -> int:
        return self.model.footprint.total

    @property
    def status(self) -> Status:
        return self._supervisor.status if self._supervisor else Status("stopped")

    @property
    def asleep(self) -> bool:
        """Whether it is not in memory, but would be if it were asked."""
        return self._supervisor is None and self._closing is None

    async def start(self) -> bool:
        """Begin to load if there is room, and try anew if the supervisor has given up; return whether there was."""
        there = await self._memory.load_if_room(self)
        if there and self._supervisor:
            self._supervisor.start()
        return there

    async def load(self) -> None:
        """Begin to load, whoever else there is: for `memory`, which makes room first."""
        available = await asyncio.to_thread(available_memory)
        if self._closing:
            raise not_running(self.id)
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
        """End the child for good. Requests under way fail; a second call waits for the first."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._memory.forget(self), name=f"close {self.id}")
        await asyncio.shield(self._closing)  # whoever calls may be cancelled, the child must still go

    def turn(self) -> AbstractAsyncContextManager[Child]:
        """Have the model loaded, or loading, and one of its slots. Raises `QueueFull` and what `load` raises."""
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Child]:
        async with self.queue.turn(self._memory.held(self)):
            yield self._running()

    def _running(self) -> Supervisor:
        if self._supervisor is None:
            raise not_running(self.id)
        return self._supervisor

    async def _answers(self, socket: Destination, wait_s: float) -> bool:
        try:
            await self._transport.get(socket, "/health", wait_s=wait_s)
        except UpstreamFailed:
            return False
        return True


def not_running(model: str) -> Unavailable:
    return Unavailable(f"The model {model} is not running.", next_step="Start Vestibule again.")


Made = Callable[[str, ModelFile, Path, MemoryBudget, int, Patience | None], Instance]
"""Makes an `Instance` of its parameters."""
