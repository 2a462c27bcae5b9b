"""The memory that models at home share: a request holds its model, and what was not used for longest makes room.

Decides when a model is loaded and unloaded; how that is done is the model's own business.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from vestibule.core.errors import QueueFull
from vestibule.providers.memory.footprint import spell
from vestibule.providers.memory.room import Loaded, must_drain, room_for

UNLIMITED = 1 << 62
WAIT_S = 120.0
LOOK_S = 1.0

log = structlog.get_logger(__name__)


class Resident(Protocol):
    """A model that can be in memory or not."""

    id: str

    @property
    def size_bytes(self) -> int:
        """What it takes when it is loaded."""
        ...

    async def load(self) -> None:
        """Begin to load, without waiting for the end of it. Raises `VestibuleError` where that cannot be."""
        ...

    async def unload(self) -> None:
        """Give all memory back. Called only while nobody holds the model."""
        ...


async def nothing_outside() -> int:
    return 0


class MemoryBudget:
    """`outside` says how many bytes models take that others than us load and unload. `wait_s` is how long a request
    waits for models that are answering to come to rest."""

    def __init__(
        self,
        limit_bytes: int = UNLIMITED,
        outside: Callable[[], Awaitable[int]] = nothing_outside,
        *,
        wait_s: float = WAIT_S,
    ) -> None:
        self.limit_bytes = limit_bytes
        self._outside = outside
        self._wait_s = wait_s
        self._places: dict[Resident, _Place] = {}
        self._draining: frozenset[Resident] = frozenset()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._clock = itertools.count()

    @asynccontextmanager
    async def held(self, model: Resident) -> AsyncIterator[None]:
        """Have `model` loaded, or loading, and keep it so. Whoever finds it unloaded waits in one line for all models;
        one that must make room for the head of the line finishes what it began and is asked nothing new meanwhile.

        Raises `QueueFull` where no room is made in time, and what `load` raises.
        """
        place = self._places.get(model)
        if place is None or not place.taken or place.leaving or model in self._draining:
            place = await self._placed(model)
        place.holders += 1
        place.used = next(self._clock)
        try:
            yield
        finally:
            place.holders -= 1
            place.used = next(self._clock)
            self._tell()

    async def load_if_room(self, model: Resident) -> bool:
        """Load `model` if nobody needs to make room for it; return whether it is loaded."""
        async with self._turn:
            limit = await self._limit()
            if model not in self._places:
                if room_for(model.size_bytes, self.loaded, limit) != ():
                    return False
                await self._take(model)
            return True

    async def free_bytes(self) -> int:
        """What nobody takes now, ours or not; less than nothing where others took more than there was."""
        return await self._limit() - sum(each.size_bytes for each in self.loaded)

    async def forget(self, model: Resident) -> None:
        """Unload `model` whoever holds it, and count it no more."""
        place = self._places.pop(model, None)
        if place and place.leaving:
            await asyncio.wait({place.leaving})
        await model.unload()
        self._tell()

    @property
    def loaded(self) -> tuple[Loaded, ...]:
        """What is in memory, on its way in or on its way out. What goes already counts as busy: it cannot be sent."""
        return tuple(place.described for place in self._places.values())

    async def _placed(self, model: Resident) -> _Place:
        """Wait for the turn, then for room. Nothing is awaited between finding the place and returning it."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._wait_s), self._turn:
                try:
                    while (place := self._places.get(model)) is None or place.leaving:
                        limit = await self._limit()
                        if model not in self._places and self._make_room(model, limit):
                            await self._take(model)
                            log.info("model_loading", model=model.id, waited_s=round(time.monotonic() - begun, 3))
                        else:
                            await self._next_change()
                    return place
                finally:
                    self._draining = frozenset()
        except TimeoutError:
            raise self._no_room(model) from None

    def _make_room(self, model: Resident, limit: int) -> bool:
        """Whether there is room now. Where not, those who can go are sent and the busy who must are to come to rest."""
        if room_for(model.size_bytes, self.loaded, limit) == ():
            return True
        staying = {place.described: place for place in self._places.values() if not place.leaving}
        going = room_for(model.size_bytes, staying, limit)
        draining = must_drain(model.size_bytes, staying, limit) if going is None else ()
        self._draining = frozenset(staying[busy].model for busy in draining)
        for leaver in [m for m in staying if not m.busy] if going is None else going:
            self._send_away(staying[leaver], model)
        return False

    def _send_away(self, place: _Place, successor: Resident) -> None:
        name = place.model.id
        log.info("model_unloading", model=name, to_make_room_for=successor.id, frees=spell(place.size_bytes))
        place.leaving = asyncio.create_task(self._unload(place), name=f"unload {name}")

    async def _unload(self, place: _Place) -> None:
        try:
            await place.model.unload()
        finally:
            if self._places.get(place.model) is place:
                del self._places[place.model]
            self._tell()

    async def _take(self, model: Resident) -> None:
        """The place is taken before the first byte is."""
        self._places[model] = place = _Place(model, model.size_bytes, next(self._clock))
        try:
            await model.load()
            place.taken = True
        except BaseException:
            self._places.pop(model, None)
            raise

    async def _limit(self) -> int:
        return self.limit_bytes - await self._outside()

    async def _next_change(self) -> None:
        """What others than us load and unload is only seen by looking again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _no_room(self, model: Resident) -> QueueFull:
        busy = ", ".join(place.name for place in self.loaded if place.busy) or "models that others loaded"
        return QueueFull(
            f"No memory for the model {model.id} ({spell(model.size_bytes)} of {spell(self.limit_bytes)}): "
            f"in {self._wait_s:g} s none of {busy} came to rest.",
            next_step="Ask again later or ask a model that is loaded; `local.memory_gib` sets the budget.",
        )


@dataclass
class _Place:
    """What one model has of the budget: `taken` once it was told to load, `leaving` once it was told to unload."""

    model: Resident
    size_bytes: int
    used: float
    taken: bool = False
    holders: int = 0
    leaving: asyncio.Task[None] | None = None

    @property
    def described(self) -> Loaded:
        return Loaded(self.model.id, self.size_bytes, bool(self.holders or self.leaving), self.used)
