"""The slots of models that we run follow their queues: a look a second, a decision, a second child that takes over.

What to decide is `routing.admission`'s, how it is done the provider's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from vestibule.core.errors import VestibuleError
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.routing.admission import Admission, Load, wanted_slots
from vestibule.routing.admission.scaling import SHRINK_LOOKS
from vestibule.routing.catalogue import Catalogue, Model

MOST_SLOTS = 16
REST_S = 60.0

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
        slots, room = provider.capacity, 0
        if watched.history[-1].waiting:
            room = await provider.more_slots(slots)
        wanted = wanted_slots(
            tuple(watched.history), slots=slots, least=min(self._least, slots), most=MOST_SLOTS, room=room
        )
        if wanted != slots:
            name = f"{model.id}: {slots} slots to {wanted}"
            watched.changing = asyncio.create_task(self._change(model, provider, watched, wanted), name=name)

    async def _change(self, model: Model, provider: LlamaCppProvider, watched: _Watched, wanted: int) -> None:
        before = provider.capacity
        try:
            await provider.resize(wanted)
        except VestibuleError as error:
            watched.rests_until = time.monotonic() + REST_S
            log.warning("slots_not_changed", model=model.id, slots=before, wanted=wanted, reason=error.message)
        else:
            watched.history.clear()
            self._admission.capacity_changed(model)
            log.info("slots_changed", model=model.id, slots=wanted, before=before)
