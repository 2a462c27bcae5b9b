"""Arms that are given to nobody any more: in one table, and in the memory of every process that assigns.

The database tells of a change at once; as that may be missed, the table is read again and again besides.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import psycopg
import structlog
from psycopg.rows import class_row

from vestibule.core.errors import VestibuleError
from vestibule.routing.experiments.assignment import Stop
from vestibule.storage.database import Database

LOOK_S = 5.0

log = structlog.get_logger(__name__)


class Stopped(msgspec.Struct, frozen=True):
    """`arm` is "" where it is the whole experiment."""

    arm: str
    author: str
    reason: str
    stopped_at: datetime


class Stops:
    def __init__(self, database: Database) -> None:
        self.current: frozenset[Stop] = frozenset()
        self._database = database

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Know them now, and every further one as it is told."""
        await self._read()
        follower = asyncio.create_task(self._follow(), name="stopped arms")
        try:
            yield
        finally:
            follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await follower

    async def add(self, stop: Stop, author: str, reason: str) -> bool:
        """Whether it is new."""
        async with self._database.owner() as connection:
            added = await connection.execute(
                "INSERT INTO experiment_stops (experiment, edition, arm, author, reason) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [stop.experiment, stop.edition, stop.arm, author, reason],
            )
        self.current |= {stop}
        return added.rowcount == 1

    async def of(self, experiment: str, edition: str) -> list[Stopped]:
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Stopped)) as cursor:
            await cursor.execute(
                "SELECT arm, author, reason, stopped_at FROM experiment_stops"
                " WHERE experiment = %s AND edition = %s ORDER BY stopped_at",
                [experiment, edition],
            )
            return await cursor.fetchall()

    async def _follow(self) -> None:
        changes = self._database.changes
        while True:
            # before reading: a change meanwhile is read with the next look
            told = changes.told("experiments", "")
            try:
                await self._read()
            except (VestibuleError, psycopg.Error) as error:
                log.warning("stopped_arms_unread", reason=type(error).__name__)
            await changes.change("experiments", "", told, LOOK_S)

    async def _read(self) -> None:
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT experiment, edition, arm FROM experiment_stops")
            self.current = frozenset(Stop(*map(str, row)) for row in await cursor.fetchall())
