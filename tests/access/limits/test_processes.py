"""Workers in processes of their own, on one limit: nothing is admitted twice, and who dies leaves nothing behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.access.limits import spender, taker
from vestibule.access.limits.claims import Amount, Ceiling, Claim, Shortage, Stamp, Subject
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.table import Table
from vestibule.storage.database import Database

Worker = subprocess.Popen[str]


def started(folder: Path, limit: int, times: int, then: str = "end") -> Worker:
    return running(taker.__file__, str(folder), str(limit), str(times), then)


def running(program: str, *words: str) -> Worker:
    command = [sys.executable, program, *words]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout
    assert worker.stdout.readline() == "ready\n"
    return worker


def go(*workers: Worker) -> None:
    at = time.monotonic() + 0.2
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(f"{at}\n")
        worker.stdin.flush()


def said(worker: Worker) -> int:
    assert worker.stdout
    return int(worker.stdout.readline())


def ended(worker: Worker) -> None:
    assert worker.stdin
    assert worker.stdout
    worker.stdin.close()
    worker.stdout.close()
    worker.wait()


@pytest.mark.parametrize(("limit", "times"), [(500, 1000), (40_000, 20_000)])
def test_four_workers_admit_exactly_what_the_limit_says(tmp_path: Path, limit: int, times: int) -> None:
    workers = [started(tmp_path, limit, times) for _ in range(4)]
    go(*workers)
    admitted = [said(worker) for worker in workers]
    for worker in workers:
        ended(worker)
    assert sum(admitted) == limit


def test_a_worker_that_is_killed_gives_its_places_back(tmp_path: Path) -> None:
    worker = started(tmp_path, 500, 7, "stay")
    go(worker)
    assert said(worker) == 7
    table = Table(Ground.shared(tmp_path))
    subject = Subject.of("key", "k", "t")
    one = [Claim(Ceiling(subject, concurrency=8), Amount(places=1))]
    mine = table.take(one)
    assert isinstance(mine, Stamp)
    full = table.take(one)
    assert isinstance(full, Shortage)
    assert full.what == "concurrency"
    assert not table.alone
    assert table.reap() == 0

    worker.kill()
    ended(worker)
    assert table.reap() == 7
    assert isinstance(table.take([Claim(Ceiling(subject, concurrency=8), Amount(places=7))]), Stamp)
    assert isinstance(table.take(one), Shortage)
    # its requests were made: the rate remembers them
    requests, _ = table.standing(Ceiling(subject, requests=500))
    assert requests.left == 493
    assert table.alone
    table.close()


def test_the_next_worker_cleans_the_place_of_the_dead(tmp_path: Path) -> None:
    worker = started(tmp_path, 500, 3, "stay")
    go(worker)
    assert said(worker) == 3
    worker.kill()
    ended(worker)
    table = Table(Ground.shared(tmp_path))
    places = [Claim(Ceiling(Subject.of("key", "k", "t"), concurrency=3), Amount(places=3))]
    assert isinstance(table.take(places), Stamp)
    table.close()


async def test_four_workers_spend_exactly_the_budget(
    database: Database, storage_home: Path, tenant: str, tmp_path: Path
) -> None:
    words = (str(storage_home), str(tmp_path), tenant, "100", "60", "end")
    workers = [await asyncio.to_thread(running, spender.__file__, *words) for _ in range(4)]
    go(*workers)
    spent = [await asyncio.to_thread(said, worker) for worker in workers]
    for worker in workers:
        await asyncio.to_thread(ended, worker)
    assert sum(spent) == 100
    assert await used(database, tenant) == 100 * spender.COST


async def test_what_a_killed_worker_leased_is_not_lost(
    database: Database, storage_home: Path, tenant: str, tmp_path: Path
) -> None:
    words = (str(storage_home), str(tmp_path), tenant, "100", "7", "stay")
    worker = await asyncio.to_thread(running, spender.__file__, *words)
    go(worker)
    assert await asyncio.to_thread(said, worker) == 7
    worker.kill()
    await asyncio.to_thread(ended, worker)
    words = (str(storage_home), str(tmp_path), tenant, "100", "200", "end")
    worker = await asyncio.to_thread(running, spender.__file__, *words)
    go(worker)
    assert await asyncio.to_thread(said, worker) == 93
    await asyncio.to_thread(ended, worker)


async def used(database: Database, tenant: str) -> int:
    """By the books, after this host has told them what is left."""
    async with database.owner() as connection:
        cursor = await connection.execute("SELECT drawn FROM limit_accounts WHERE tenant = %s", [tenant])
        (row,) = await cursor.fetchall()
    return int(row[0])
