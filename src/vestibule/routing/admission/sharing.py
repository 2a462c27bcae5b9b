"""Identical requests that are under way at once share one generation: one leads, the others listen from its beginning.

Knows keys and events, never what makes two requests identical nor how an answer is found. Keeps an answer's events as
long as somebody listens, so that a slow listener holds up nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing

from vestibule.core.answer import Event
from vestibule.core.errors import VestibuleError
from vestibule.telemetry.metrics import Metrics

AHEAD = 1024
"""Events that a generation is ahead, at most, of the listener who is furthest: most answers are shorter."""

Start = Callable[[], AsyncGenerator[Event, None]]


class Sharing:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._under_way: dict[Hashable, _Generation] = {}

    async def join(self, key: Hashable, start: Start, adopt: Callable[[Event], Event]) -> AsyncGenerator[Event, None]:
        """The events of the generation under way for `key`, each made one's own by `adopt`; or, where there is none,
        those of `start`, as they are.

        Where the one that leads fails before its first event, the first to hear of it leads a new try, once; after
        that all fail as it does. A generation that nobody listens to any more is cancelled and has ended when the last
        one has left.
        """
        for last_try in (False, True):
            generation = self._under_way.get(key)
            leads = generation is None
            if generation is None:
                generation = self._under_way[key] = _Generation(start, lambda g: self._over(key, g))
            heard = False
            try:
                async with aclosing(generation.listen()) as events:
                    async for event in events:
                        if not leads and not heard:
                            self._metrics.shared()
                        heard = True
                        yield event if leads else adopt(event)
                return
            except VestibuleError:
                if leads or heard or last_try:
                    raise

    def _over(self, key: Hashable, generation: _Generation) -> None:
        if self._under_way.get(key) is generation:
            del self._under_way[key]


class _Generation:
    """A task of its own, since whoever began it may leave before the others. `over` is called as soon as nobody may
    join any more."""

    def __init__(self, start: Start, over: Callable[[_Generation], None]) -> None:
        self._start = start
        self._over = over
        self._events: list[Event] = []
        self._listeners = 0
        self._furthest = 0
        self._changed = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="generation")

    async def listen(self) -> AsyncGenerator[Event, None]:
        self._listeners += 1
        try:
            told = 0
            while True:
                while told < len(self._events):
                    told += 1
                    if told > self._furthest:
                        self._furthest = told
                        self._caught_up.set()
                    yield self._events[told - 1]
                if self._task.done():
                    self._task.result()
                    return
                await self._changed.wait()
        finally:
            self._listeners -= 1
            if not self._listeners:
                await self._stop()

    async def _run(self) -> None:
        try:
            async with aclosing(self._start()) as events:
                async for event in events:
                    self._events.append(event)
                    self._tell()
                    while len(self._events) - self._furthest > AHEAD:
                        self._caught_up.clear()
                        await self._caught_up.wait()
        finally:
            self._over(self)
            self._tell()

    async def _stop(self) -> None:
        self._over(self)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.exception()  # nobody is left to hear of it

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
