"""The request log: a row for every request, soon, and none lost while the database is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from vestibule.core.errors import Unavailable
from vestibule.monitoring import requests as module
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.monitoring.spool import Spool
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


def absent(database: Database) -> Absent:
    flaky = Absent.__new__(Absent)
    flaky.__dict__.update(database.__dict__)
    return flaky


def spooled(folder: Path) -> list[str]:
    return [msgspec.json.decode(line)["id"] for path in folder.glob("*") for line in path.read_bytes().splitlines()]


async def test_rows_are_spooled_to_disk_and_written_once(
    database: Database, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    flaky = absent(database)
    log = RequestLog(flaky, spool=Spool(tmp_path, "requests"))
    await log.start()
    for n in range(1200):
        log.add(record(tenant, n))
    for _ in range(200):
        if len(spooled(tmp_path)) == 1200:
            break
        await asyncio.sleep(0.02)
    assert sorted(spooled(tmp_path)) == sorted(f"{tenant}-{n}" for n in range(1200))
    assert "spooled to disk" in log.degraded
    log.add(record(tenant, 1199))
    flaky.away = False
    await until(log, tenant, 1200)
    for _ in range(200):
        if not spooled(tmp_path):
            break
        await asyncio.sleep(0.02)
    assert spooled(tmp_path) == []
    assert log.degraded == ""
    await log.close()
    assert log.dropped == 0


async def test_what_a_process_left_is_written_by_the_next(database: Database, tenant: str, tmp_path: Path) -> None:
    flaky = absent(database)
    ended = RequestLog(flaky, spool=Spool(tmp_path, "requests"))
    for n in range(3):
        ended.add(record(tenant, n))
    await ended.close()
    (file,) = tmp_path.glob("*")
    with file.open("ab") as half:
        half.write(b'{"id": "of another version"}\n{"id": "half a line')
    log = RequestLog(database, spool=Spool(tmp_path, "requests"))
    await log.start()
    await until(log, tenant, 3)
    await log.close()
    assert spooled(tmp_path) == []
    assert log.dropped == 1


def test_a_file_of_a_process_that_lives_is_left_to_it(tmp_path: Path) -> None:
    living, other = Spool(tmp_path, "requests"), Spool(tmp_path, "requests")
    assert living.write([b"1", b"2"])
    assert other.next() is None
    path = living.next()
    assert path
    assert living.read(path, 0, 1) == ([b"1"], 2)
    living.close()
    assert other.next() == path
    assert other.read(path, 2, 5) == ([b"2"], 4)
    other.remove(path)
    assert other.next() is None


def test_a_full_spool_takes_nothing_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "requests", most_bytes=10)
    assert spool.write([b"12345678"])
    assert not spool.write([b"12"])
    assert spool.write([b""])
    spool.close()
    (tmp_path / "file").touch()
    assert not Spool(tmp_path / "file", "requests").write([b"1"])
