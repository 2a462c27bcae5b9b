"""Keeps files in the database, in parts, each sealed under a key of its tenant.

A file is there when its last part is: a half of one is never seen, and is cleared away by whoever failed to finish it,
or by `expire`. What is sealed is bound to its tenant, its file and its place in it. Knows no HTTP, and not what is in a
file.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from vestibule.core.errors import NotFound, TooLarge
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.sealing import Sealing, TenantKeys

Purpose = Literal["batch", "batch_output"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LIFE = timedelta(days=30)
PART_BYTES = 2**20
FILES_OF_TENANT = 16  # as much as so many of the largest files: a tenant's share of the disk
_UNFINISHED = timedelta(days=1)
_COLUMNS = "id, purpose, level, bytes, parts, name, created_at, expires_at"


class File(msgspec.Struct, frozen=True):
    """`level` is the class a caller must be cleared for to see it; `bytes` its size."""

    id: str
    purpose: Purpose
    name: str
    bytes: int
    level: PrivacyClass
    created_at: datetime
    expires_at: datetime
    parts: int = 0


class Page(msgspec.Struct, frozen=True):
    files: list[File]
    has_more: bool


class FileStore:
    """`most_bytes` is how large a file may be."""

    def __init__(self, database: Database, keys: TenantKeys, most_bytes: int) -> None:
        self._database = database
        self._sealing = Sealing(keys, "files")
        self._most_bytes = most_bytes

    @asynccontextmanager
    async def writing(self, tenant: str, id_: str | None = None) -> AsyncIterator[Writing]:
        """Write a file part by part and `finish` it inside; else nothing of it stays. With an `id_` that was written
        before, the same content is written anew.

        Raise `TooLarge` where the tenant has as much as it may have."""
        async with self._database.tenant(tenant) as connection:
            row = await (await connection.execute("SELECT coalesce(sum(bytes), 0) FROM files")).fetchone()
        if id_ is None and row and row[0] >= FILES_OF_TENANT * self._most_bytes:
            raise TooLarge("There is no room for more files.", next_step="Delete some of those there are.")
        most = self._most_bytes if id_ is None else None
        writing = Writing(self._database, self._sealing, tenant, id_ or f"file-{secrets.token_hex(12)}", most)
        try:
            yield writing
        finally:
            if not writing.finished:
                await writing.abandon()

    async def get(self, tenant: str, id_: str, clearance: PrivacyClass) -> File:
        """Raise `NotFound` if the tenant has no such file that `clearance` may see."""
        rows = await self._rows(tenant, "id = %s AND level <= %s", (id_, int(clearance))) if _is_id(id_) else []
        if not rows:
            raise _missing(id_)
        return await self._file(tenant, rows[0])

    async def page(
        self,
        tenant: str,
        clearance: PrivacyClass,
        *,
        purpose: str | None = None,
        after: str | None = None,
        limit: int = 10_000,
        newest_first: bool = True,
    ) -> Page:
        """Those that come behind the file `after`. Raise `NotFound` where that is not there."""
        order, beyond = ("DESC", "<") if newest_first else ("ASC", ">")
        condition = "level <= %s"
        arguments: list[object] = [int(clearance)]
        if purpose is not None:
            condition += " AND purpose = %s"
            arguments.append(purpose)
        if after is not None:
            last = await self.get(tenant, after, clearance)
            condition += f" AND (created_at, id) {beyond} (%s, %s)"
            arguments += [last.created_at, last.id]
        arguments.append(limit + 1)
        rows = await self._rows(tenant, f"{condition} ORDER BY created_at {order}, id {order} LIMIT %s", arguments)
        return Page([await self._file(tenant, row) for row in rows[:limit]], len(rows) > limit)

    async def read(self, tenant: str, file: File) -> AsyncIterator[bytes]:
        """Its content, part by part. Raise `NotFound` where it is deleted meanwhile, `Unreadable`."""
        for number in range(file.parts):
            async with self._database.tenant(tenant) as connection:
                cursor = await connection.execute(
                    "SELECT sealed FROM file_parts WHERE file_id = %s AND number = %s", (file.id, number)
                )
                row = await cursor.fetchone()
            if row is None:
                raise _missing(file.id)
            yield await self._sealing.open(tenant, bytes(row[0]), file.id, number)

    async def content(self, tenant: str, id_: str, clearance: PrivacyClass) -> AsyncIterator[bytes]:
        """The parts of one file. Raise as `get` and `read` do."""
        async for part in self.read(tenant, await self.get(tenant, id_, clearance)):
            yield part

    async def delete(self, tenant: str, id_: str, clearance: PrivacyClass) -> None:
        """Raise `NotFound` as `get` does."""
        await self.get(tenant, id_, clearance)
        await self.forget(tenant, [id_])

    async def forget(self, tenant: str, ids: list[str]) -> int:
        """Delete them for good, whatever their class; return how many there were."""
        async with self._database.tenant(tenant) as connection:
            deleted = await connection.execute("DELETE FROM files WHERE id = ANY(%s)", (ids,))
            await connection.execute("DELETE FROM file_parts WHERE file_id = ANY(%s)", (ids,))
        return deleted.rowcount

    async def ids(self, tenant: str) -> list[str]:
        """Of every file of the tenant, those that have expired too."""
        async with self._database.tenant(tenant) as connection:
            return [str(row[0]) for row in await (await connection.execute("SELECT id FROM files")).fetchall()]

    async def expire(self, now: datetime) -> int:
        """Delete what has expired by `now`, of every tenant, and what was never finished; return how many files."""
        async with self._database.owner() as connection:
            deleted = await connection.execute("DELETE FROM files WHERE expires_at <= %s", (now,))
            await connection.execute(
                "DELETE FROM file_parts p WHERE written_at <= %s AND NOT EXISTS"
                " (SELECT 1 FROM files f WHERE f.tenant = p.tenant AND f.id = p.file_id)",
                (now - _UNFINISHED,),
            )
        return deleted.rowcount

    async def _rows(self, tenant: str, condition: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._database.tenant(tenant) as connection:
            query = f"SELECT {_COLUMNS} FROM files WHERE expires_at > now() AND {condition}".encode()
            return await (await connection.execute(query, values)).fetchall()

    async def _file(self, tenant: str, row: tuple[Any, ...]) -> File:
        id_, purpose, level, size, parts, name, created_at, expires_at = row
        said = await self._sealing.open(tenant, bytes(name), id_, size, parts, purpose, level)
        return File(id_, purpose, said.decode(), size, PrivacyClass(level), created_at, expires_at, parts)


class Writing:
    """A file that arrives. `id` is what it will be known by."""

    def __init__(self, database: Database, sealing: Sealing, tenant: str, id_: str, most_bytes: int | None) -> None:
        self.id = id_
        self.finished = False
        self._database = database
        self._sealing = sealing
        self._tenant = tenant
        self._most_bytes = most_bytes
        self._waiting = bytearray()
        self._size = self._parts = 0

    async def write(self, content: bytes) -> None:
        """Raise `TooLarge` at the first byte over the limit."""
        self._size += len(content)
        if self._most_bytes is not None and self._size > self._most_bytes:
            raise TooLarge(
                f"The file is larger than {self._most_bytes / 2**20:g} MiB.",
                next_step="Split it, or raise limits.file_mib.",
            )
        self._waiting += content
        while len(self._waiting) >= PART_BYTES:
            part = bytes(self._waiting[:PART_BYTES])
            del self._waiting[:PART_BYTES]
            await self._keep(part)

    async def finish(self, name: str, purpose: Purpose, level: PrivacyClass, life: timedelta = LIFE) -> File:
        """Make it a file that is there."""
        if self._waiting:
            await self._keep(bytes(self._waiting))
            self._waiting.clear()
        now = datetime.now(UTC)
        file = File(self.id, purpose, name, self._size, level, now, now + life, self._parts)
        sealed = await self._sealing.seal(
            self._tenant, name.encode("utf-8", "replace"), self.id, self._size, self._parts, purpose, int(level)
        )
        async with self._database.tenant(self._tenant) as connection:
            await connection.execute(
                f"INSERT INTO files (tenant, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (
                    self._tenant,
                    self.id,
                    purpose,
                    int(level),
                    self._size,
                    self._parts,
                    sealed,
                    file.created_at,
                    file.expires_at,
                ),
            )
        self.finished = True
        return file

    async def abandon(self) -> None:
        async with self._database.tenant(self._tenant) as connection:
            await connection.execute(
                "DELETE FROM file_parts p WHERE file_id = %s AND NOT EXISTS (SELECT 1 FROM files WHERE id = p.file_id)",
                (self.id,),
            )

    async def _keep(self, part: bytes) -> None:
        sealed = await self._sealing.seal(self._tenant, part, self.id, self._parts)
        async with self._database.tenant(self._tenant) as connection:
            await connection.execute(
                "INSERT INTO file_parts (tenant, file_id, number, sealed) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (tenant, file_id, number) DO UPDATE SET sealed = excluded.sealed",
                (self._tenant, self.id, self._parts, sealed),
            )
        self._parts += 1


def _is_id(id_: str) -> bool:
    """Whether PostgreSQL can be asked for it at all."""
    return id_.isascii() and id_.isprintable() and len(id_) <= 128


def _missing(id_: str) -> NotFound:
    return NotFound(
        f"The file `{id_[:128]}` does not exist here, or not any longer.",
        next_step="GET /v1/files lists what there is.",
    )
