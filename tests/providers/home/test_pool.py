"""Connections that are kept: used again, closed in time, and never a reason to send a request that was answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.providers.cloud.conftest import Answer, Cloud, cloud, reply, sends
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.refusals import UpstreamRefused


@asynccontextmanager
async def kept(keep: int = 4, idle_s: float = 30) -> AsyncIterator[HomeTransport]:
    transport = HomeTransport(keep=keep, idle_s=idle_s, first_byte_s=30, silence_s=30)
    try:
        yield transport
    finally:
        await transport.close()


def at(server: Cloud) -> Destination:
    return Destination("http", "127.0.0.1", server.port)


async def ask(transport: HomeTransport, server: Cloud, body: bytes = b"{}") -> bytes:
    cleared = ClearedRequest(body, at(server), "m", 1, "a", 1e12)
    return b"".join([piece async for piece in transport.stream(cleared, at(server), "/")])


def in_turn(*answers: Answer) -> Answer:
    """Each of the answers once, the last for ever."""
    left = list(answers)

    async def answer(writer: asyncio.StreamWriter) -> bool:
        return await (left.pop(0) if len(left) > 1 else left[0])(writer)

    return answer


GOOD = sends(reply(b"ok"))


@pytest.mark.parametrize(("keep", "connections"), [(4, 1), (0, 5)])
async def test_requests_one_after_the_other_share_a_connection(keep: int, connections: int) -> None:
    async with cloud(GOOD) as server, kept(keep) as transport:
        for n in range(5):
            assert await ask(transport, server, b"%d" % n) == b"ok"
    assert [body for _, body in server.requests] == [b"0", b"1", b"2", b"3", b"4"]
    assert server.connections == connections
    wanted = "keep-alive" if keep else "close"
    assert all(f"Connection: {wanted}\r\n" in head for head, _ in server.requests)


async def test_no_more_are_kept_than_said() -> None:
    together = asyncio.Barrier(6)

    async def answer(writer: asyncio.StreamWriter) -> bool:
        await together.wait()
        return await GOOD(writer)

    async with cloud(answer) as server, kept(2) as transport:
        for _ in range(2):
            assert await asyncio.gather(*(ask(transport, server) for _ in range(6))) == [b"ok"] * 6
    assert (len(server.requests), server.connections) == (12, 10)


async def test_one_that_is_idle_is_closed() -> None:
    async with cloud(GOOD) as server, kept(idle_s=0.05) as transport:
        await ask(transport, server)
        await asyncio.wait_for(server.left.wait(), 30)
        assert await ask(transport, server) == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize(
    "ending",
    [
        sends(reply(b"ok", 200, "Connection: close")),
        sends(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        sends(b"HTTP/1.1 200 OK\r\n\r\nok", stays=False),
        sends(reply(b"ok") + b"and more"),
        sends(reply(b"ok") + reply(b"unasked")),
    ],
)
async def test_one_that_is_of_no_more_use_is_not_kept(ending: Answer) -> None:
    async with cloud(in_turn(ending, GOOD)) as server, kept() as transport:
        assert [await ask(transport, server) for _ in range(2)] == [b"ok", b"ok"]
    assert server.connections == 2


@pytest.mark.parametrize("read_to_its_end", [True, False])
async def test_a_long_answer_does_not_leave_a_connection_that_is_not_read(read_to_its_end: bool) -> None:
    """It comes faster than it is taken; one that is left as its last piece is taken has stopped reading."""
    taken = asyncio.Event()

    async def long(writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 270001\r\n\r\nx")
        await taken.wait()
        writer.write(b"x" * 270_000)
        await writer.drain()
        return True

    async with cloud(in_turn(long, GOOD)) as server, kept() as transport:
        pieces = transport.stream(ClearedRequest(b"{}", at(server), "m", 1, "a", 1e12), at(server), "/")
        left = 270_001 - len(await anext(pieces))
        taken.set()
        await asyncio.sleep(0.2)
        async for piece in pieces:
            left -= len(piece)
            if not left and not read_to_its_end:
                break
        await pieces.aclose()
        assert not left
        assert await ask(transport, server) == b"ok"
        assert server.connections == 1 or not read_to_its_end


async def test_what_comes_unasked_ends_a_connection_that_waits() -> None:
    async def answer(writer: asyncio.StreamWriter) -> bool:
        writer.write(reply(b"ok"))
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.write(reply(b"unasked"))
        await writer.drain()
        return True

    async with cloud(answer) as server, kept() as transport:
        assert await ask(transport, server) == b"ok"
        await asyncio.wait_for(server.left.wait(), 30)
        assert await ask(transport, server) == b"ok"


async def test_a_request_that_met_a_closed_door_goes_out_on_a_new_connection_once() -> None:
    """The server closes as the request comes: no byte of an answer, on a connection that had waited."""
    async with cloud(in_turn(GOOD, sends(stays=False), GOOD)) as server, kept() as transport:
        assert [await ask(transport, server) for _ in range(2)] == [b"ok", b"ok"]
        assert (len(server.requests), server.connections) == (3, 2)
    async with cloud(in_turn(GOOD, sends(stays=False), sends(stays=False), GOOD)) as server, kept() as transport:
        await ask(transport, server)
        with pytest.raises(UpstreamFailed) as failed:
            await ask(transport, server)
        assert (failed.value.fault, len(server.requests)) == ("cut", 3)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([sends(stays=False), GOOD], 1),
        ([GOOD, sends(b"HTTP/1.1 2", stays=False), GOOD], 2),
        ([GOOD, sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", stays=False), GOOD], 2),
    ],
)
async def test_no_other_request_is_sent_twice(answers: list[Answer], asked: int) -> None:
    async with cloud(in_turn(*answers)) as server, kept() as transport:
        for _ in range(asked - 1):
            await ask(transport, server)
        with pytest.raises(UpstreamFailed) as failed:
            await ask(transport, server)
        assert (failed.value.fault, len(server.requests)) == ("cut", asked)


async def test_an_answer_that_is_given_up_closes_its_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"
    async with cloud(sends(head)) as server, kept() as transport:
        pieces = transport.stream(ClearedRequest(b"{}", at(server), "m", 1, "a", 1e12), at(server), "/")
        assert await anext(pieces) == b"half"
        await pieces.aclose()
        await asyncio.wait_for(server.left.wait(), 30)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n"])
async def test_a_request_that_is_cancelled_closes_its_connection(begun: bytes) -> None:
    came = asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> bool:
        came.set()
        return await sends(begun)(writer)

    async with cloud(answer) as server, kept() as transport:
        task = asyncio.create_task(ask(transport, server))
        await asyncio.wait_for(came.wait(), 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 30)


async def test_a_refusal_leaves_the_connection_as_it_was() -> None:
    async with cloud(in_turn(sends(reply(b"no", 503, "Retry-After: 7")), GOOD)) as server, kept() as transport:
        with pytest.raises(UpstreamRefused) as refused:
            await ask(transport, server)
        assert (refused.value.fault, refused.value.retry_after_s) == ("overloaded", 7)
        assert await ask(transport, server) == b"ok"
        assert server.connections == 1


async def test_a_server_that_does_not_take_the_request_to_its_end_is_answered_all_the_same() -> None:
    """It refuses what it has not read; that connection is of no more use."""
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(b"too long", 413))
        await writer.drain()
        with contextlib.suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        writer.transport.abort()
        gone.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, limit=1024) as listening, kept() as transport:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(UpstreamRefused, match="413"):
            await ask(transport, Cloud(port), b"x" * 50_000_000)
        await asyncio.wait_for(gone.wait(), 30)
