"""A turn at a model: at once where it serves without limit or has a slot free, else in the model's own queue.

Knows models by their id, their destination and how many requests they serve at once; never what is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol

from vestibule.core.clearance import Destination
from vestibule.routing.admission.queue import ModelQueue, Priority, Server
from vestibule.routing.admission.scaling import Load
from vestibule.telemetry.metrics import Metrics


class Provider(Server, Protocol):
    @property
    def destination(self) -> Destination: ...


class Served(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def provider(self) -> Provider: ...


class Admission:
    """`room` is how many requests may wait for each model."""

    def __init__(self, metrics: Metrics, room: int = 64, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._room = room
        self._clock = clock
        self._queues: dict[tuple[str, Destination], ModelQueue] = {}
        self._free: dict[tuple[str, Destination], _Unlimited] = {}

    def turn(
        self, model: Served, tenant: str, deadline: float | None = None, priority: Priority = "interactive"
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a turn and hold it inside. `deadline` is in seconds of the monotonic clock.

        Raises `QueueFull` at once where there is no room, or where by what turns took lately the answer would come
        after the deadline; `DeadlineExceeded` at the moment it passes while waiting.
        """
        if model.provider.capacity is None:
            return self._counted(model)
        return _Turn(self._queue(model), tenant, deadline, priority)

    def capacity_changed(self, model: Served) -> None:
        """Tell that the model serves more or fewer at once from now on. Who waits may go; who is served is served."""
        self._queue(model).wake()

    def load(self, model: Served) -> Load:
        """How many are served and how many wait right now."""
        key = _key(model)
        if queue := self._queues.get(key):
            return Load(queue.taken, queue.waiting)
        free = self._free.get(key)
        return Load(free.served, 0) if free else _IDLE

    def is_full(self, model: Served) -> bool:
        """Whether all are served that can be, and no more may wait."""
        capacity, load = model.provider.capacity, self.load(model)
        return capacity is not None and load.served >= capacity and load.waiting >= self._room

    def _counted(self, model: Served) -> _Unlimited:
        key = _key(model)
        free = self._free.get(key)
        if free is None:
            free = self._free[key] = _Unlimited()
        return free

    def _queue(self, model: Served) -> ModelQueue:
        key = _key(model)
        queue = self._queues.get(key)
        if queue is None:
            queue = ModelQueue(model.id, model.provider, self._room, self._metrics, self._clock)
            self._queues[key] = queue
        queue.server = model.provider  # one that was added again is served anew
        return queue


def _key(model: Served) -> tuple[str, Destination]:
    return model.id, model.provider.destination


class _Turn(AbstractAsyncContextManager[None]):
    """For one use."""

    __slots__ = ("_begun", "_deadline", "_priority", "_queue", "_tenant")

    def __init__(self, queue: ModelQueue, tenant: str, deadline: float | None, priority: Priority) -> None:
        self._queue = queue
        self._tenant = tenant
        self._deadline = deadline
        self._priority = priority
        self._begun = 0.0

    async def __aenter__(self) -> None:
        self._begun = await self._queue.enter(self._tenant, self._deadline, self._priority)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.leave(self._tenant, self._begun, whole=kind is None)


class _Unlimited(AbstractAsyncContextManager[None]):
    """How many are inside, of a model that serves without limit."""

    __slots__ = ("served",)

    def __init__(self) -> None:
        self.served = 0

    async def __aenter__(self) -> None:
        self.served += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.served -= 1


_IDLE = Load(0, 0)
