"""Several machines on one real Redis: exactly the limit between them, and on their own while it is away."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.access.limits.server import RedisServer
from vestibule.access.limits import Limiter
from vestibule.access.limits import redis as module
from vestibule.access.limits.claims import Amount, Ceiling, Claim, Shortage, Subject
from vestibule.access.limits.redis import RedisRates, connected
from vestibule.core.answer import Usage
from vestibule.core.caller import Caller
from vestibule.core.chat import Message, Sampling
from vestibule.core.errors import RateLimited
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import Allowance, Limits, SettingsError
from vestibule.providers.base import Chunk

CALLER = Caller("t", "k", frozenset({"inference"}))
ASKED = ModelRequest((Message("user", "x" * 84),), sampling=Sampling(max_tokens=100))


@pytest.fixture
def server() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="redis-"))  # a socket's path is short
    server = RedisServer(folder)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)


@asynccontextmanager
async def machines(server: RedisServer, count: int, **each: int) -> AsyncIterator[list[Limiter]]:
    allowed = Limits(each_key=Allowance(**each), requests_per_minute=1_000_000)
    async with AsyncExitStack() as stack:
        started = []
        for number in range(count):
            rates = RedisRates(connected(server.url), f"machine-{number}")
            limiter = Limiter(allowed, elsewhere=rates)
            await stack.enter_async_context(limiter.running())
            started.append(limiter)
        yield started


async def until(true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came about")


async def admitted(machine: Limiter, times: int) -> int:
    async def one() -> bool:
        try:
            (await machine.admit(CALLER)).close()
        except RateLimited:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def test_machines_admit_exactly_the_limit_between_them(server: RedisServer) -> None:
    async with machines(server, 3, requests_per_minute=100) as started:
        counts = await asyncio.gather(*(admitted(machine, 90) for machine in started))
        assert sum(counts) == 100
        assert all(machine.degraded == "" for machine in started)
        with pytest.raises(RateLimited, match="100 requests per minute") as refused:
            await started[0].admit(CALLER)
        assert 50 <= refused.value.retry_after_s <= 65


async def test_places_and_tokens_are_shared_and_come_back(server: RedisServer) -> None:
    async with machines(server, 2, concurrency=1, tokens_per_minute=250) as (here, there):
        reservation = await here.admit(CALLER)
        with pytest.raises(RateLimited, match="1 requests at once"):
            await there.admit(CALLER)
        with await reservation.attempt("m", "home", ASKED) as charge:
            charge.sending()
            charge.hear(Chunk("x", usage=Usage(30, 10)))
        reservation.close()
        other = await there.admit(CALLER)
        with await other.attempt("m", "home", ASKED) as charge:
            charge.sending()
            charge.hear(Chunk("x", usage=Usage(30, 21)))
        with pytest.raises(RateLimited, match="250 tokens per minute"):
            await other.attempt("m", "home", ASKED)
        other.close()


async def test_a_request_larger_than_the_limit_is_told_so(server: RedisServer) -> None:
    rates = RedisRates(connected(server.url), "h")
    async with rates.running():
        claim = Claim(Ceiling(Subject.of("key", "k", "t"), tokens=10), Amount(tokens=11))
        said = await rates.take([claim])
        assert isinstance(said, Shortage)
        assert (said.what, said.wait_s) == ("tokens", None)


async def test_a_cancelled_take_keeps_no_place(server: RedisServer) -> None:
    async with machines(server, 2, concurrency=4) as (here, there):
        for _ in range(30):
            tasks = [asyncio.create_task(here.admit(CALLER)) for _ in range(3)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                assert isinstance(result, (asyncio.CancelledError, RateLimited))

        async def all_free() -> bool:
            held = []
            try:
                held = [await there.admit(CALLER) for _ in range(4)]
            except RateLimited:
                return False
            finally:
                for reservation in held:
                    reservation.close()
            return True

        for _ in range(100):
            if await all_free():
                break
            await asyncio.sleep(0.02)
        assert await all_free()


async def test_places_of_a_machine_that_died_come_free(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLACE_S", 0.3)
    monkeypatch.setattr(module, "BEAT_S", 0.1)
    async with machines(server, 1, concurrency=1) as (there,):
        rates = RedisRates(connected(server.url), "dies")
        dying = Limiter(Limits(each_key=Allowance(concurrency=1)), elsewhere=rates)
        async with rates.running():
            reservation = await dying.admit(CALLER)
            await asyncio.sleep(0.8)
            with pytest.raises(RateLimited):  # held as long as it lives
                await there.admit(CALLER)
        assert reservation
        await asyncio.sleep(0.5)
        (await there.admit(CALLER)).close()


async def test_without_redis_each_machine_has_its_share_until_it_is_back(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    async with machines(server, 2, requests_per_minute=100) as started:
        await until(lambda: all(m.elsewhere and m.elsewhere._machines == 2 for m in started))  # type: ignore[attr-defined]
        server.kill()
        counts = [await admitted(machine, 90) for machine in started]
        assert sum(counts) <= 100 + 2
        assert min(counts) >= 49
        assert all("this machine counts alone" in machine.degraded for machine in started)
        server.start()
        await until(lambda: not any(machine.degraded for machine in started))
        counts = [await admitted(machine, 90) for machine in started]
        assert counts == [50, 50]


async def test_a_redis_that_forgot_the_scripts_is_told_them_again(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    client = connected(server.url)
    async with machines(server, 1, requests_per_minute=100) as (machine,):
        await client.send([("SCRIPT", "FLUSH")])
        await admitted(machine, 5)
        await until(lambda: not machine.degraded)
        assert await admitted(machine, 5) == 5
        assert not machine.degraded
    await client.close()


def test_a_wrong_address_and_a_missing_client_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="no address of a Redis"):
        connected("http://somewhere")
    monkeypatch.setitem(sys.modules, "vestibule.access.limits.redis_client", None)
    with pytest.raises(SettingsError, match=r"vestibule\[redis\]"):
        connected("redis://127.0.0.1")
