"""Keeps the BM25 index of this host in step with PostgreSQL, which is the truth.

A change says only that a document changed; applying it means to index the document as it is now. So a change may be
applied twice or late, and a chunk that is found and no longer live is dropped by whoever joins it to PostgreSQL.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from vestibule.core.errors import StorageFull, Unavailable
from vestibule.knowledge.index.lexical import Entry, IndexDamaged, LexicalIndex
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

_BATCH = 200
_ENTRIES = "SELECT id, tenant, document_id, context || E'\\n' || text, buildings FROM chunks"


class Indexer:
    def __init__(self, database: Database, index: LexicalIndex, folder: Path) -> None:
        self._database = database
        self._index = index
        self._folder = folder
        self._checked = False

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Be the one process of this host that writes the index; False where another one is. The kernel lets go of
        the lock should this process die."""
        lock = await asyncio.to_thread(self._lock)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.close()

    async def catch_up(self) -> None:
        """Apply every change that is not in the index yet; build it anew where it is damaged, missing or not of this
        database. Only for who is `alone`. Raise `StorageFull` or `Unavailable` where it cannot be written."""
        if not self._index.exists and not await self._changes_after(0):
            return
        try:
            try:
                await self._apply_changes()
            except IndexDamaged:
                await self._rebuild()
        except OSError as error:
            raise _unwritable(self._folder, error) from None

    async def rewrite(self) -> None:
        """Build the index anew, so that nothing of what was removed is left in its files. Only for who is `alone`."""
        try:
            await self._rebuild()
        except OSError as error:
            raise _unwritable(self._folder, error) from None

    def distrust(self) -> None:
        """Check the index as at the start when catching up next; called by who failed to search it."""
        self._checked = False

    async def _apply_changes(self) -> None:
        applied = await asyncio.to_thread(self._index.applied)
        while changes := await self._changes_after(applied):
            documents = list(dict.fromkeys(document for _, document in changes))
            async with self._database.owner() as connection:
                entries = await _entries(connection, documents)
            applied = changes[-1][0]
            await asyncio.to_thread(self._index.update, documents, entries, applied)
        if not self._checked:
            await self._check(applied)
            self._checked = True

    async def _check(self, applied: int) -> None:
        """Raise `IndexDamaged` unless index and database agree on the last change and on the number of chunks."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT (SELECT coalesce(max(id), 0) FROM document_changes), (SELECT count(*) FROM chunks)"
            )
            row = await cursor.fetchone()
        assert row is not None
        if row[0] < applied or (row[0] == applied and row[1] != await asyncio.to_thread(self._index.count)):
            raise IndexDamaged("the index is not one of this database")

    async def _changes_after(self, applied: int) -> list[tuple[int, str]]:
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT id, document_id FROM document_changes WHERE id > %s ORDER BY id LIMIT %s", [applied, _BATCH]
            )
            return [(int(row[0]), str(row[1])) for row in await cursor.fetchall()]

    async def _rebuild(self) -> None:
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT coalesce(max(id), 0) FROM document_changes")
            row = await cursor.fetchone()
            entries = await _entries(connection, None)
        assert row is not None
        await asyncio.to_thread(self._index.rebuild, entries, int(row[0]))
        self._checked = True

    def _lock(self) -> TextIO | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / ".lock").open("a")
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock


async def _entries(connection: Connection, documents: list[str] | None) -> list[Entry]:
    """The live chunks of `documents`, or of all."""
    if documents is None:
        cursor = await connection.execute(_ENTRIES)
    else:
        cursor = await connection.execute(f"{_ENTRIES} WHERE document_id = ANY(%s)", [documents])
    return [Entry(row[0], row[1], row[2], row[3], tuple(row[4])) for row in await cursor.fetchall()]


def _unwritable(folder: Path, error: OSError) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"The disk is full: the index in {folder} cannot be written.", next_step="Free some space.")
    return Unavailable(
        f"The index in {folder} cannot be written ({error.strerror}).", next_step="Check the folder's permissions."
    )
