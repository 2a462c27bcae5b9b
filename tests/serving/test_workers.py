"""`vestibule serve --workers 2` as a user runs it: reloaded, killed and stopped while it answers."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.driving import DONE, Connection, Load, Running, arguments_of, children, kept, two_workers, verdict

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the children of a process in /proc"),
]


@pytest.fixture(scope="module")
def running(storage_home: Path) -> Iterator[Running]:
    with two_workers(storage_home / "cache") as product:
        yield product


async def count_of(running: Running, pattern: str) -> float:
    """The sum of what `/metrics` says of it, asked on a connection of its own."""
    text = (await (await Connection.open(running.product.port)).get("/metrics")).decode()
    return sum(float(value) for value in re.findall(rf"^{pattern}\S* (\S+)$", text, re.MULTILINE))


async def until_replaced(running: Running, before: list[int], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while len(there := running.workers()) != 2 or set(there) & set(before):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_the_manager_hears_that_it_is_ready(running: Running) -> None:
    assert await running.until_told("READY=1") == ["READY=1", "STATUS=2 workers"]
    assert len(running.workers()) == 2


async def test_every_worker_answers_and_each_tells_the_sum(running: Running) -> None:
    load = Load(running)
    asking = [asyncio.create_task(load.ask_on()) for _ in range(16)]
    await asyncio.sleep(1.5)
    load.over = True
    await asyncio.gather(*asking)
    assert (load.bad, load.broken) == ([], set())
    seen = {await count_of(running, "vestibule_requests_total") for _ in range(12)}
    assert seen == {float(len(load.replies))}
    assert min(cpu_of(pid) for pid in running.workers()) > 0.1


def cpu_of(pid: int) -> float:
    """Seconds of CPU that it took."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


async def test_both_borrow_the_one_child_that_the_parent_runs(running: Running) -> None:
    connections = [await Connection.open(running.product.port) for _ in range(12)]
    asked = [
        one.ask(running.key, "vestibule-tiny", f"Hello {number}.", stream=False)
        for number, one in enumerate(connections)
    ]
    assert [status for status, _ in await asyncio.gather(*asked)] == [200] * 12
    assert len(running.models()) == 1
    assert [run_by(pid) for pid in running.workers()] == [[], []]
    for one in connections:
        await one.close()


def run_by(pid: int) -> list[int]:
    """The models that a process runs itself."""
    return [child for child in children(pid) if "vestibule.providers.llamacpp.child" in arguments_of(child)]


async def test_a_reload_drops_none_of_fifty_streams(running: Running) -> None:
    before = running.workers()
    load = Load(running)
    connections = [await Connection.open(running.product.port) for _ in range(50)]
    streams = [
        asyncio.create_task(one.ask(running.key, "long", f"Go on, {number}.", stream=True))
        for number, one in enumerate(connections)
    ]
    asking = [asyncio.create_task(load.ask_on()) for _ in range(4)]
    await asyncio.sleep(1)
    os.kill(running.pid, signal.SIGHUP)
    assert (await running.until_told("RELOADING=1"))[1].startswith("MONOTONIC_USEC=")
    await running.until_told("READY=1")
    ended = await asyncio.gather(*streams)
    load.over = True
    await asyncio.gather(*asking)
    for one in connections:
        await one.close()
    assert [status for status, _ in ended] == [200] * 50
    assert all(DONE in body and b"token039" in body for _, body in ended)
    assert (load.bad, load.broken) == ([], set())
    await until_replaced(running, before)


async def test_a_worker_that_is_killed_loses_only_what_it_answered_last(running: Running) -> None:
    """How long before its death that was is measured by `make soak-workers`, on a machine that does nothing else."""
    models, counted = running.models(), await count_of(running, "vestibule_requests_total")
    load = Load(running)
    asking = [asyncio.create_task(load.ask_on()) for _ in range(24)]
    await asyncio.sleep(2)
    victim = running.workers()[0]
    os.kill(victim, signal.SIGKILL)
    await asyncio.sleep(2)
    load.over = True
    await asyncio.gather(*asking)
    assert load.bad == []
    of_victim = [reply for reply in load.replies if reply.connection in load.broken]
    found = await kept(running.product.home, {reply.id for reply in load.replies} - {reply.id for reply in of_victim})
    lost = [reply for reply in load.replies if reply.id not in found]
    print(f"{len(load.replies)} replies, {len(of_victim)} of them its own, {len(lost)} without a row or a record")
    assert {reply.connection for reply in lost} <= load.broken
    last = of_victim[
        len(of_victim) - len(lost) - len(load.broken) :
    ]  # those beside each other may be written in any order
    assert [reply for reply in lost if reply not in last] == []
    status, said = await asyncio.to_thread(verdict, running.product.home)
    assert status == 0, said
    await until_replaced(running, [victim])
    assert running.models() == models
    assert await count_of(running, "vestibule_requests_total") >= counted


async def test_what_is_not_whole_when_it_stops_says_so(running: Running) -> None:
    """The last: afterwards nothing runs."""
    connections = [await Connection.open(running.product.port) for _ in range(6)]
    for number, one in enumerate(connections):
        await one.begin(running.key, "endless" if number < 3 else "long", f"And on, {number}.", stream=True)
    await asyncio.sleep(0.5)
    running.product.process.send_signal(signal.SIGTERM)
    ended = [body for _, body in await asyncio.gather(*(one.reply() for one in connections))]
    for one in connections:
        await one.close()
    assert [DONE in body for body in ended] == [False] * 3 + [True] * 3
    assert all(b'"code":"unavailable"' in body.replace(b" ", b"").rpartition(b"data:")[2] for body in ended[:3])
    assert await asyncio.to_thread(running.product.process.wait, 30) == 0
    assert await running.until_told("STOPPING=1", 5)
    assert running.workers() == []
