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
            generation.listeners += 1
            told = 0
            try:
                while event := await generation.event(told):
                    if not (leads or told):
                        self._metrics.shared()
                    told += 1
                    yield event if leads else adopt(event)
                return
            except VestibuleError:
                if leads or told or last_try:
                    raise
            finally:
                generation.listeners -= 1
                if not generation.listeners:
                    await generation.stop()

    def _over(self, key: Hashable, generation: _Generation) -> None:
        if self._under_way.get(key) is generation:
            del self._under_way[key]


class _Generation:
    """A task of its own, since whoever began it may leave before the others. `over` is called as soon as nobody may
    join any more."""

    def __init__(self, start: Start, over: Callable[[_Generation], None]) -> None:
        self.listeners = 0
        self._start = start
        self._over = over
        self._events: list[Event] = []
        self._furthest = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._held_up: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    async def event(self, number: int) -> Event | None:
        """The event of that number, counted from 0, once it is there; None at the end."""
        while number == len(self._events):
            if self._task.done():
                self._task.result()
                return None
            news = self._loop.create_future()
            self._waiting.append(news)
            await news
        if number == self._furthest:
            self._furthest += 1
            if self._held_up and not self._held_up.done():
                self._held_up.set_result(None)
        return self._events[number]

    async def stop(self) -> None:
        self._over(self)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.exception()  # nobody is left to hear of it

    async def _run(self) -> None:
        try:
            async with aclosing(self._start()) as events:
                async for event in events:
                    self._events.append(event)
                    self._tell()
                    while len(self._events) - self._furthest > AHEAD:
                        self._held_up = self._loop.create_future()
                        await self._held_up
        finally:
            self._over(self)
            self._tell()

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for news in waiting:
            if not news.done():
                news.set_result(None)
