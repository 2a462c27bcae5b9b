"""The trail for those who look at it: verify, export, list, prune. Knows nothing of the writer that fills it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from psycopg.rows import TupleRow

from vestibule.core.errors import InvalidRequest
from vestibule.privacy.audit.anchor import Anchor
from vestibule.privacy.audit.anchoring import AnchorLog
from vestibule.privacy.audit.entry import ChainStart, Record
from vestibule.privacy.audit.export import VERSION, Header, Line, line_of
from vestibule.privacy.audit.retention import Pruned, prune
from vestibule.privacy.audit.signing import SigningKey
from vestibule.privacy.audit.tables import (
    first_anchor,
    lock_against_pruning,
    newest,
    read_heads,
    read_rows,
    record_of,
    trail_exists,
)
from vestibule.privacy.audit.verification.finding import Verification
from vestibule.privacy.audit.verification.trail import TrailCheck, present
from vestibule.privacy.audit.witness import Witness
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

LISTED_AT_MOST = 1000


class Trail:
    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._home = home

    async def verify(self, tenant: str | None = None) -> Verification:
        """Recompute every chain, with writers at work or not. Raise `Unavailable` if the trail's key is missing."""
        key = await self.key()
        seen = await asyncio.to_thread(Witness(self._home).read)
        async with self._read() as (connection, starts, anchors):
            check = await asyncio.to_thread(TrailCheck, starts, anchors, key, seen, tenant)
            async for rows in read_rows(connection):
                await asyncio.to_thread(_feed, check, rows)
            return await asyncio.to_thread(check.finish)

    async def export(self, tenant: str | None = None) -> AsyncIterator[bytes]:
        """The trail as JSON lines (`export.py`), in pieces; records of tenants other than `tenant` are withheld."""
        key = await self.key()
        async with self._read() as (connection, starts, anchors):
            yield _lines([Header(VERSION, key.public.hex(), datetime.now(UTC), tenant), *starts, *anchors])
            async for rows in read_rows(connection):
                yield await asyncio.to_thread(_record_lines, rows, tenant)

    async def prune(self, before: datetime) -> Pruned:
        """Forget what is older than `before`. Raise `InvalidRequest` if the trail is not proven: nothing is touched."""
        if not (await self.verify()).proven:
            raise InvalidRequest(
                "The audit trail is not proven, so nothing of it is forgotten.",
                next_step="Run `vestibule audit verify`, keep an export, and find out what happened first.",
            )
        return await prune(self._database, AnchorLog(self._database, await self.key(), self._home), before)

    async def has_older(self, before: datetime) -> bool:
        """Whether there is a record of before that moment."""
        async with self._database.owner() as connection:
            found = await connection.execute("SELECT EXISTS (SELECT FROM audit_records WHERE at < %s)", (before,))
            row = await found.fetchone()
        return bool(row and row[0])

    async def newest(self, tenant: str | None, limit: int = 50) -> list[Record]:
        """The newest records, newest first. A tenant's are read as that tenant, None reads everybody's as the owner."""
        if not 1 <= limit <= LISTED_AT_MOST:
            raise ValueError(f"1 to {LISTED_AT_MOST} records at once")
        if tenant is None:
            async with self._database.owner() as connection:
                return await newest(connection, None, limit)
        async with self._database.tenant(tenant) as connection:
            return await newest(connection, tenant, limit)

    @asynccontextmanager
    async def _read(self) -> AsyncIterator[tuple[Connection, list[ChainStart], list[Anchor]]]:
        """Chains and anchors of one moment, and a transaction in which all their records are still to be read.

        Anchoring is held up while the anchors are read, not while the records are.
        """
        while True:
            async with self._database.owner() as connection:
                starts, anchors = await read_heads(connection)
            async with self._database.owner() as connection:
                await lock_against_pruning(connection, to_prune=False)
                if await first_anchor(connection) == (anchors[0].number if anchors else None):
                    yield connection, starts, anchors
                    return

    async def key(self) -> SigningKey:
        async with self._database.owner() as connection:
            exists = await trail_exists(connection)
        return await asyncio.to_thread(SigningKey.load, self._home, trail_exists=exists)


def _record_lines(rows: list[TupleRow], tenant: str | None) -> bytes:
    return _lines([line_of(record_of(row), tenant) for row in rows])


def _lines(lines: Sequence[Line]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _feed(check: TrailCheck, rows: list[TupleRow]) -> None:
    for row in rows:
        check.feed(present(record_of(row)))
