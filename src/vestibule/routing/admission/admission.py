"""A turn at a model: at once where it serves without limit or has a slot free, else in the model's own queue.

Knows models by their id, their destination and how many requests they serve at once; never what is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
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

    def turn(
        self, model: Served, tenant: str, deadline: float | None = None, priority: Priority = "interactive"
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a turn and hold it inside. `deadline` is in seconds of the monotonic clock.

        Raises `QueueFull` at once where there is no room, or where by what turns took lately the answer would come
        after the deadline; `DeadlineExceeded` at the moment it passes while waiting.
        """
        if model.provider.capacity is None:
            return _WITHOUT_LIMIT
        return _Turn(self._queue(model), tenant, deadline, priority)

    def capacity_changed(self, model: Served) -> None:
        """Tell that the model serves more or fewer at once from now on. Who waits may go; who is served is served."""
        self._queue(model).wake()

    def load(self, model: Served) -> Load:
        """How many are served and how many wait right now."""
        queue = self._queues.get(_key(model))
        return Load(queue.taken, queue.waiting) if queue else Load(0, 0)

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


_WITHOUT_LIMIT: AbstractAsyncContextManager[None] = nullcontext()
