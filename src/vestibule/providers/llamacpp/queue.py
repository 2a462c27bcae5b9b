"""Who may ask the model now: as many as it has slots, the others in order, and no more of them than there is room.

llama.cpp's own queue has no limit and never says no.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext

from vestibule.core.errors import QueueFull


class Queue:
    def __init__(self, slots: int, room: int) -> None:
        self._free = asyncio.Semaphore(slots)
        self._places = slots + room
        self._idle = asyncio.Event()
        self._idle.set()
        self.waiting = 0
        self.taken = 0

    @property
    def busy(self) -> bool:
        return bool(self.taken or self.waiting)

    async def idle(self) -> None:
        """Wait until nobody is answered and nobody waits."""
        await self._idle.wait()

    @asynccontextmanager
    async def turn(self, first: AbstractAsyncContextManager[None] | None = None) -> AsyncIterator[None]:
        """Enter `first`, wait for a slot, and hold both; whoever leaves early gives up the place or the slot. Raises
        `QueueFull`."""
        if self.taken + self.waiting >= self._places:
            raise QueueFull(
                f"{self.waiting} requests are waiting for this model already.",
                next_step="Ask again later or ask another model.",
            )
        self._idle.clear()
        try:
            async with AsyncExitStack() as stack:
                self.waiting += 1
                try:
                    await stack.enter_async_context(first or nullcontext())
                    await self._free.acquire()
                finally:
                    self.waiting -= 1
                self.taken += 1
                try:
                    yield
                finally:
                    self.taken -= 1
                    self._free.release()
        finally:
            if not self.busy:
                self._idle.set()
