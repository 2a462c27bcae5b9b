"""The request log: a row for every request, soon, and none lost while the database is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from vestibule.core.errors import Unavailable
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.storage.database import Database


def record(tenant: str, n: int) -> RequestRecord:
    return RequestRecord(
        id=f"{tenant}-{n}",
        tenant=tenant,
        key_id="k",
        started_at=datetime(2025, 7, 8, tzinfo=UTC),
        duration_ms=1.5,
        model="auto",
        outcome="answered",
        reasons=("EMAIL found (pseudonymise)",),
        timings_ms={"embed": 2.0},
    )


async def until(log: RequestLog, tenant: str, count: int) -> None:
    for _ in range(200):
        if await log.count(tenant) == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{await log.count(tenant)} rows, {count} expected")


async def test_rows_are_written_behind_the_answer(database: Database, tenant: str) -> None:
    log = RequestLog(database)
    await log.start()
    for n in range(700):
        log.add(record(tenant, n))
    await until(log, tenant, 700)
    await log.close()
    async with database.tenant(tenant) as connection:
        cursor = await connection.execute("SELECT reasons, timings_ms, outcome FROM requests LIMIT 1")
        assert await cursor.fetchone() == (["EMAIL found (pseudonymise)"], {"embed": 2.0}, "answered")


async def test_closing_writes_what_waits(database: Database, tenant: str) -> None:
    log = RequestLog(database)
    await log.start()
    log.add(record(tenant, 1))
    await log.close()
    assert await log.count(tenant) == 1


class Absent(Database):
    """The real database behind a switch: away, it raises what the real one raises when it is."""

    away = True

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        if self.away:
            raise Unavailable("The database is away.")
        async with super().owner() as connection:
            yield connection


async def test_rows_wait_while_the_database_is_away(database: Database, tenant: str) -> None:
    flaky = Absent.__new__(Absent)
    flaky.__dict__.update(database.__dict__)
    log = RequestLog(flaky)
    await log.start()
    log.add(record(tenant, 1))
    await asyncio.sleep(0.2)
    assert await log.count(tenant) == 0
    flaky.away = False
    await until(log, tenant, 1)
    await log.close()


async def test_memory_is_bounded_and_what_is_dropped_is_counted(database: Database, tenant: str) -> None:
    log = RequestLog(database, waiting=10)
    for n in range(12):
        log.add(record(tenant, n))
    assert log.dropped == 2
    await log.close()
    assert await log.count(tenant) == 10
