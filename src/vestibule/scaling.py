"""The slots of models that we run follow their queues: a look a second, a decision, a second child that takes over, or
beside the first where that has as many slots as one may have.

What to decide is `routing.admission`'s, how it is done the provider's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from vestibule.core.errors import VestibuleError
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.routing.admission import Admission, Load, wanted_slots
from vestibule.routing.admission.scaling import SHRINK_LOOKS, wanted_children
from vestibule.routing.catalogue import Catalogue, Model

MOST_SLOTS = 16
MOST_CHILDREN = 4
REST_S = 60.0

_Change = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass
class _Watched:
    """`rests_until` is when a model whose slots could not be changed is looked at again."""

    history: deque[Load] = field(default_factory=lambda: deque(maxlen=SHRINK_LOOKS))
    rests_until: float = 0.0
    changing: asyncio.Task[None] | None = None


class Scaling:
    """`least` is how many slots a model has without anybody waiting."""

    def __init__(self, catalogue: Catalogue, admission: Admission, least: int, *, look_s: float = 1.0) -> None:
        self._catalogue = catalogue
        self._admission = admission
        self._least = least
        self._look_s = look_s
        self._watched: dict[LlamaCppProvider, _Watched] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look and act until left; a change under way is then given up, and nothing is lost by it."""
        looking = asyncio.create_task(self._look_on(), name="scaling")
        try:
            yield
        finally:
            tasks = [looking, *(w.changing for w in self._watched.values() if w.changing)]
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            served = {
                model.provider: model for model in self._catalogue if isinstance(model.provider, LlamaCppProvider)
            }
            self._watched = {provider: self._watched.get(provider, _Watched()) for provider in served}
            for provider, watched in self._watched.items():
                await self._look(served[provider], provider, watched)

    async def _look(self, model: Model, provider: LlamaCppProvider, watched: _Watched) -> None:
        watched.history.append(self._admission.load(model))
        resting = time.monotonic() < watched.rests_until
        if resting or provider.status.state != "ready" or (watched.changing and not watched.changing.done()):
            return
        change = await self._more_or_fewer(provider, tuple(watched.history))
        if change:
            watched.changing = asyncio.create_task(self._change(model, provider, watched, change), name=model.id)

    async def _more_or_fewer(self, provider: LlamaCppProvider, history: tuple[Load, ...]) -> _Change | None:
        """Slots of the one child, and children where that has all it may have."""
        capacity, children = provider.capacity, provider.children
        slots = capacity // children
        waits = bool(history[-1].waiting)
        if children == 1:
            room = await provider.more_slots(slots) if waits else 0
            least = min(self._least, slots)
            wanted = wanted_slots(history, slots=slots, least=least, most=MOST_SLOTS, room=room)
            if wanted != slots:
                return partial(provider.resize, wanted)
        if children > 1 or slots >= MOST_SLOTS:
            has_room = await provider.has_room_for_another() if waits else False
            wanted = wanted_children(history, children=children, slots=slots, most=MOST_CHILDREN, room=has_room)
            if wanted != children:
                return provider.replicate if wanted > children else provider.release
        return None

    async def _change(self, model: Model, provider: LlamaCppProvider, watched: _Watched, change: _Change) -> None:
        before = provider.capacity
        try:
            await change()
        except VestibuleError as error:
            watched.rests_until = time.monotonic() + REST_S
            log.warning("slots_not_changed", model=model.id, slots=before, reason=error.message)
        else:
            watched.history.clear()
            self._admission.capacity_changed(model)
            log.info(
                "slots_changed", model=model.id, slots=provider.capacity, before=before, children=provider.children
            )
