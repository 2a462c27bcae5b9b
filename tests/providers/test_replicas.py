"""Several servers for one model: who is asked, who rests, and what is told of those that fail. Over real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from tests.egress.servers.faults import Fault
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Asked, Reply, Speech
from vestibule.app import open_house
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.providers.base import Provider
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.providers.replicas import LONGEST_REST_S, ReplicatedProvider

QUESTION = Message("user", "When does the chiller start?")
SAID = "The chiller starts at seven."


class Chat(OpenAIChat):
    """A server in the house asks for no key."""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return "none"


@dataclass
class Says(Speech):
    def _reply(self, asked: Asked) -> Reply:
        return Reply(SAID)


@dataclass
class Clock:
    """Goes on with time, and further when told to."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead_s


@dataclass
class Site:
    provider: ReplicatedProvider
    servers: list[RecordingServer]
    clock: Clock = field(default_factory=Clock)

    def asked(self) -> list[int]:
        return [len(server.requests) for server in self.servers]

    async def ask(self) -> str:
        async with aclosing(self.provider.send(self.cleared)) as chunks:
            return "".join([chunk.text async for chunk in chunks])

    @property
    def cleared(self) -> ClearedRequest:
        body = self.provider.encode(ModelRequest((QUESTION,)), "m")
        return ClearedRequest(body, self.provider.destination, "m", 1, "audit", 1e12)


@contextmanager
def recording(count: int) -> Iterator[list[RecordingServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(RecordingServer(Chat(), None, Says())) for _ in range(count)]


@asynccontextmanager
async def site(count: int = 3, *, dead: int = 0) -> AsyncIterator[Site]:
    """So many servers that answer, behind `dead` addresses where nobody does."""
    transport, clock = HomeTransport(keep=8), Clock()
    with recording(count) as servers:
        urls = [*(nobody() for _ in range(dead)), *(server.base_url for server in servers)]
        provider = ReplicatedProvider([OpenAIProvider("local", url, transport) for url in urls], clock)
        yield Site(provider, servers, clock)
        await transport.close()


def nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


async def test_requests_at_once_go_to_all_of_them_alike() -> None:
    async with site() as there:
        for server in there.servers:
            server.broken = Fault("slow", wait_s=0.3)
        assert await asyncio.gather(*(there.ask() for _ in range(6))) == [SAID] * 6
        assert there.asked() == [2, 2, 2]


async def test_the_one_that_takes_longer_is_asked_only_while_the_others_are_busy() -> None:
    async with site(2) as there:
        there.servers[0].broken = Fault("slow", wait_s=0.4)
        assert list(await asyncio.gather(there.ask(), there.ask())) == [SAID] * 2
        for _ in range(5):
            await there.ask()
        assert there.asked() == [1, 6]


async def test_one_that_cannot_be_reached_is_not_missed() -> None:
    async with site(2, dead=1) as there:
        assert [await there.ask() for _ in range(6)] == [SAID] * 6
        assert sum(there.asked()) == 6


async def test_a_session_stays_with_one_that_has_read_it_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "__call__", lambda _: 1.0)  # all are as fast
    async with site(3) as there:
        for session in ("one", "two", "three", "four"):
            before = there.asked()
            bound = there.provider.of_session(session)
            assert (bound.id, bound.capacity, bound.continues) == ("local", None, there.provider.continues)
            for _ in range(3):
                async with aclosing(bound.send(there.cleared)) as chunks:
                    assert "".join([chunk.text async for chunk in chunks]) == SAID
            assert sorted(now - then for now, then in zip(there.asked(), before, strict=True)) == [0, 0, 3]
        assert bound.encode(ModelRequest((QUESTION,)), "m") == there.cleared.body


async def test_that_none_can_be_reached_is_told() -> None:
    async with site(0, dead=3) as there:
        with pytest.raises(UpstreamFailed) as failed:
            await there.ask()
        assert failed.value.fault == "unreachable"


async def test_one_that_fails_rests_longer_each_time_and_is_asked_again() -> None:
    async with site(2) as there:
        first, second = there.servers
        first.broken = Fault("error")
        for times, rest_s in ((1, 1.0), (2, 2.0), (3, 4.0)):
            with pytest.raises(UpstreamFailed) as failed:
                await there.ask()
            assert (failed.value.fault, len(first.requests)) == ("failed", times)
            before = len(second.requests)
            assert await there.ask() == SAID
            there.clock.ahead_s += rest_s - 0.5
            assert await there.ask() == SAID
            assert (len(first.requests), len(second.requests)) == (times, before + 2)
            second.broken = Fault("slow", wait_s=0.1)
            there.clock.ahead_s += 1.0
        first.broken = None
        assert await there.ask() == SAID
        assert len(first.requests) == 4


async def test_all_that_rest_are_asked_all_the_same_and_no_rest_is_longer_than_a_minute() -> None:
    async with site(1) as there:
        (server,) = there.servers
        server.broken = Fault("error")
        for _ in range(9):
            with pytest.raises(UpstreamFailed):
                await there.ask()
        server.broken = None
        assert await there.ask() == SAID
        assert len(server.requests) == 10
        assert LONGEST_REST_S == 60


async def test_one_that_asks_for_a_rest_gets_it() -> None:
    async with site(2) as there:
        there.servers[0].broken = Fault("rate_limited", retry_after_s=30)
        with pytest.raises(UpstreamFailed):
            await there.ask()
        there.clock.ahead_s += 29
        await there.ask()
        assert there.asked() == [1, 1]
        there.clock.ahead_s += 2
        there.servers[0].broken = None
        there.servers[1].broken = Fault("slow", wait_s=0.1)
        await there.ask()
        await there.ask()
        assert there.asked()[0] >= 2


async def test_a_request_that_is_refused_is_no_fault_of_the_server() -> None:
    async with site(2) as there:
        there.servers[0].faults.append(Fault("redirect"))
        there.servers[1].faults.append(Fault("prefill_rejected"))
        with pytest.raises(UpstreamFailed):
            await there.ask()
        assert await there.ask() == SAID


async def test_who_leaves_is_no_longer_counted() -> None:
    async with site(2) as there:
        for server in there.servers:
            server.broken = Fault("stall", after=2)
        for _ in range(4):
            chunks = there.provider.send(there.cleared)
            assert (await anext(chunks)).text
            await chunks.aclose()
        for server in there.servers:
            server.broken = None
        await asyncio.gather(there.ask(), there.ask())
        assert [asked - 1 for asked in there.asked()] in ([1, 3], [2, 2], [3, 1], [4, 0], [0, 4])


class Sized(OpenAIProvider):
    """A server of known size."""

    def __init__(self, capacity: int | None) -> None:
        super().__init__("local", "http://127.0.0.1:9", HomeTransport())
        self.capacity = capacity


@pytest.mark.parametrize(("each", "together"), [((2, 3), 5), ((2, None), None), ((None, None), None)])
def test_together_they_answer_as_many_as_all_of_them(each: tuple[int | None, ...], together: int | None) -> None:
    servers: list[Provider] = [Sized(capacity) for capacity in each]
    assert ReplicatedProvider(servers).capacity == together


async def test_a_house_with_replicas_answers_while_one_of_them_is_down(storage_home: Path) -> None:
    with recording(2) as servers:
        urls = (nobody(), *(server.base_url for server in servers))
        local = ProviderSettings("local", "openai", urls[0], replicas=urls[1:])
        settings = Settings(home=storage_home, providers=(local,), models=(ModelSettings("m", "local", "m"),))
        async with open_house(settings, open_to_loopback=False) as house:
            issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
            request = ChatRequest("m", (QUESTION,), options=Options(cache="bypass", knowledge=False))
            for _ in range(4):
                events = [event async for event in house.pipeline.run(Credential(issued.token), request)]
                told = events[-1]
                assert isinstance(told, Completed)
                assert (told.text, told.model) == (SAID, "m")
                assert [attempt.outcome for attempt in told.report.route.attempts] == ["answered"]
        assert sum(len(server.requests) for server in servers) == 4
