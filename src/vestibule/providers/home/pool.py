"""Connections that wait for their next request, a bounded number for each destination and not for long."""

from __future__ import annotations

import asyncio

from vestibule.core.clearance import Destination
from vestibule.providers.home.connection import Connection

IDLE_S = 4.0
"""Less than the 5 s after which uvicorn and llama-server close an idle connection."""


class Pool:
    """`keep` is how many may wait for one destination; with 0 none does."""

    def __init__(self, keep: int = 0, idle_s: float = IDLE_S) -> None:
        self._keep = keep
        self._idle_s = idle_s
        self._idle: dict[Destination, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def keeps(self) -> bool:
        return self._keep > 0

    def take(self, destination: Destination) -> Connection | None:
        """The one that waits the shortest, if any does."""
        waiting = self._idle.get(destination, [])
        while waiting:
            connection = waiting.pop()
            if connection.is_reusable:
                connection.reused = True
                return connection
            connection.abort()
        return None

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next request, or close it."""
        waiting = self._idle.setdefault(connection.destination, [])
        if len(waiting) >= self._keep or not connection.is_reusable:
            connection.abort()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        waiting.append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_s, self._close_idle)

    def close(self) -> None:
        if self._sweep:
            self._sweep.cancel()
            self._sweep = None
        for waiting in self._idle.values():
            for connection in waiting:
                connection.abort()
        self._idle.clear()

    def _close_idle(self) -> None:
        """Those that waited long enough; the others are looked at again when the first of them has."""
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._idle_s
        for destination, waiting in list(self._idle.items()):
            for connection in waiting:
                if connection.closed or connection.idle_since <= oldest:
                    connection.abort()
            left = [connection for connection in waiting if not connection.closed]
            if left:
                self._idle[destination] = left
            else:
                del self._idle[destination]
        first = min((c.idle_since for waiting in self._idle.values() for c in waiting), default=None)
        self._sweep = None if first is None else loop.call_at(first + self._idle_s, self._close_idle)
