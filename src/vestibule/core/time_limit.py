"""A limit of time on what is awaited, for where that is done at every piece of an answer. Knows no error of ours."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType

NEAR_S = 0.001  # uvloop's clock counts milliseconds


class TimeLimit:
    """For one wait after the other: as `asyncio.timeout`, at a third of its cost, with one timer for all of them.

    The timer is not moved when a wait ends, which is most often; when it goes off it looks whether anybody waits too
    long, and is set anew if somebody waits at all. `first_s` is when it first looks, at the latest. Without `close` it
    goes off once more and finds nobody.
    """

    __slots__ = ("_before", "_first_s", "_looks_at", "_loop", "_task", "_timer", "_until", "expired")

    def __init__(self, first_s: float = math.inf) -> None:
        self.expired = False
        self._first_s = first_s
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._looks_at = self._until = math.inf
        self._before = 0

    def within(self, seconds: float) -> TimeLimit:
        """Cancel what runs inside after so long, and raise `TimeoutError` in its place."""
        now = self._loop.time()
        self.expired = False
        self._until = now + seconds
        if self._timer is None or self._looks_at > self._until:
            self._set(min(self._until, now + self._first_s))
        return self

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._before = self._task.cancelling() if self._task else 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        task, self._task = self._task, None
        if self.expired and task and task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _set(self, at: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._looks_at = at
        self._timer = self._loop.call_at(at, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._until - self._loop.time() > NEAR_S:
            self._set(self._until)
        else:
            self.expired = True
            self._task.cancel()
