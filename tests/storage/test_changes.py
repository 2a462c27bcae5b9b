"""What is remembered is what the database holds: after every write of anybody, and whatever becomes of who listens."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.storage.conftest import postmaster
from tests.storage.test_server import needs_proc
from vestibule.core.settings import Settings
from vestibule.storage import changes
from vestibule.storage.changes import Remembered
from vestibule.storage.database import Database


class Source:
    """Counts how often the newest change of a tenant is read from the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: Remembered[int] = Remembered(database.changes, "documents")
        self.reads = 0

    async def newest(self, tenant: str) -> int:
        return await self._remembered.get(tenant, lambda: self._read(tenant))

    async def _read(self, tenant: str) -> int:
        self.reads += 1
        async with self._database.tenant(tenant) as connection:
            row = await (await connection.execute("SELECT coalesce(max(id), 0) FROM document_changes")).fetchone()
            assert row is not None
            return int(row[0])


async def _change(database: Database, tenant: str) -> int:
    async with database.tenant(tenant) as connection:
        cursor = await connection.execute(
            "INSERT INTO document_changes (tenant, document_id) VALUES (%s, gen_random_uuid()) RETURNING id", [tenant]
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


@asynccontextmanager
async def _following(database: Database) -> AsyncIterator[Database]:
    async with database.changes.followed():
        await _until_listening(database)
        yield database


async def _until_listening(database: Database, *, listening: bool = True) -> None:
    async with asyncio.timeout(30):
        while (database.changes.stamp("documents", "anybody") is not None) != listening:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_did_not_change_is_read_once(database: Database, tenant: str) -> None:
    async with _following(database):
        source = Source(database)
        assert [await source.newest(tenant) for _ in range(5)] == [0] * 5
        assert source.reads == 1


async def test_a_write_of_this_process_is_seen_by_whoever_waited_for_it(database: Database, tenant: str) -> None:
    async with _following(database):
        source = Source(database)
        for _ in range(20):
            await source.newest(tenant)
            written = await _change(database, tenant)
            await database.changes.settled()
            assert await source.newest(tenant) == written


async def test_a_change_of_one_tenant_is_no_change_of_another(database: Database, tenant: str) -> None:
    async with _following(database):
        source = Source(database)
        await source.newest(tenant)
        await _change(database, f"{tenant}-other")
        await database.changes.settled()
        await source.newest(tenant)
        assert source.reads == 1


async def test_another_process_is_heard(database: Database, storage_home: Path, tenant: str) -> None:
    """Another `Database` on the same server is as strange to this one as another process is."""
    other = await Database.open(Settings(home=storage_home))
    try:
        async with _following(database):
            source = Source(database)
            await source.newest(tenant)
            written = await _change(other, tenant)
            await database.changes.settled()
            assert await source.newest(tenant) == written
    finally:
        await other.close()


async def test_without_a_listener_everything_is_read_anew(database: Database, tenant: str) -> None:
    source = Source(database)
    await source.newest(tenant)
    written = await _change(database, tenant)
    await database.changes.settled()
    assert await source.newest(tenant) == written
    assert source.reads == 2


async def test_a_listener_that_hears_nothing_is_not_trusted(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler that gives each transaction another connection: LISTEN succeeds and nothing comes."""
    monkeypatch.setattr(changes, "HEARD_S", 0.05)
    async with _following(database):
        source = Source(database)
        await source.newest(tenant)

        async def unheard(what: str) -> None:
            del what

        monkeypatch.setattr(database.changes, "_say", unheard)
        await database.changes.settled()
        assert database.changes.stamp("documents", tenant) is None
        await source.newest(tenant)
        assert source.reads == 2


@needs_proc
async def test_it_comes_back_after_the_server_was_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "RETRY_S", 0.05)
    database = await Database.open(Settings(home=home))
    try:
        async with _following(database):
            async with database.owner() as connection:
                await connection.execute("INSERT INTO tenants (id) VALUES ('somebody')")
            source = Source(database)
            before = await source.newest("somebody")
            os.kill(postmaster(home), signal.SIGKILL)
            await _until_listening(database, listening=False)
            await _until_listening(database)
            written = await _change(database, "somebody")
            await database.changes.settled()
            assert await source.newest("somebody") == written > before
    finally:
        await database.close()
