"""GET and refusals over a Unix socket: bodies bounded in size and time, error statuses with what the server said."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.providers.home.transport import LONGEST_BODY, HomeTransport, UpstreamRefused


@asynccontextmanager
async def server(reply: bytes, *, then_wait: bool = False) -> AsyncIterator[Destination]:
    """Answers every request with `reply`; with `then_wait` it keeps the connection open and silent."""
    handled: list[asyncio.Task[None]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
            await writer.drain()
            if then_wait:
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handled.append(asyncio.create_task(answer(reader, writer)))

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "server.sock")
        async with await asyncio.start_unix_server(accept, path):
            yield Destination("unix", path)
            await asyncio.gather(*handled)


def reply(status: int, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def test_a_body_is_got_whole() -> None:
    async with server(reply(200, b"x" * 200_000)) as there:
        assert await HomeTransport().get(there, "/health", wait_s=30) == b"x" * 200_000


async def test_a_body_without_end_is_not_read_to_the_end() -> None:
    async with server(reply(200, b"x" * (LONGEST_BODY + 100_000))) as there:
        with pytest.raises(UpstreamFailed, match="longer than"):
            await HomeTransport().get(there, "/", wait_s=30)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
async def test_a_server_that_says_no_more_is_not_waited_for(said: bytes) -> None:
    async with server(said, then_wait=True) as there:
        with pytest.raises(UpstreamFailed, match=r"did not answer within 0.05 s|silent"):
            await HomeTransport().get(there, "/", wait_s=0.05)


@pytest.mark.parametrize("length", [0, 100, 1_000_000])
async def test_a_refusal_carries_what_was_said_of_it_and_does_not_show_it(length: int) -> None:
    async with server(reply(400, b"secret" * length)) as there:
        with pytest.raises(UpstreamRefused, match="answered with status 400") as refused:
            async for _ in HomeTransport().stream(ClearedRequest(b"{}", there, "m", 1, "a", 1e12), there, "/"):
                pass
    assert refused.value.status == 400
    assert refused.value.body == (b"secret" * length)[: len(refused.value.body)]
    assert min(6 * length, 60_000) <= len(refused.value.body) <= 200_000
    assert "secret" not in str(refused.value)


async def test_nobody_at_the_socket(tmp_path: Path) -> None:
    with pytest.raises(UpstreamFailed, match="cannot be reached"):
        await HomeTransport().get(Destination("unix", str(tmp_path / "none")), "/", wait_s=1)


async def test_what_is_declared_to_be_outside_gets_no_byte() -> None:
    async with server(reply(200, b"ok")) as there:
        outside = Destination(there.scheme, there.host, there.port, cloud=True)
        with pytest.raises(EgressRefused, match="declared to be outside"):
            await HomeTransport().get(outside, "/", wait_s=5)
        assert await HomeTransport().get(there, "/", wait_s=5) == b"ok"


PUBLIC, PRIVATE = "8.8.8.8", "10.1.2.3"


@pytest.mark.parametrize(
    ("host", "peer", "home_hosts", "is_home"),
    [
        ("127.0.0.1", "127.0.0.1", (), True),
        ("localhost", "::1", (), True),
        ("gpu.lan", "127.0.0.1", (), True),
        ("gpu.lan", PRIVATE, (), False),
        ("gpu.lan", PRIVATE, ("gpu.lan",), True),
        ("gpu.lan", "fe80::1%eth0", ("gpu.lan",), True),
        ("gpu.lan", PRIVATE, ("other.lan",), False),
        ("gpu.lan", PRIVATE, (PRIVATE,), True),
        ("gpu.lan", PUBLIC, ("gpu.lan",), False),
        ("gpu.lan", PUBLIC, ("gpu.lan", PUBLIC), True),
        (PUBLIC, PUBLIC, (PUBLIC,), True),
        ("localhost", PUBLIC, (), False),
    ],
)
def test_the_peer_decides_and_not_the_name(host: str, peer: str, home_hosts: tuple[str, ...], is_home: bool) -> None:
    transport = HomeTransport(home_hosts)
    if is_home:
        transport._require_home(Destination("http", host, 80), peer)
    else:
        with pytest.raises(EgressRefused, match="leads out of the house"):
            transport._require_home(Destination("http", host, 80), peer)


async def test_an_address_that_is_not_home_is_connected_to_and_gets_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolved elsewhere since the last time: here to a listener on this machine that is said to be
    public."""
    read: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came = b""
        with contextlib.suppress(ConnectionError):
            came = await reader.read()
        writer.transport.abort()
        read.set_result(came)

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        there = Destination("http", "127.0.0.1", listening.sockets[0].getsockname()[1])
        monkeypatch.setattr("vestibule.providers.home.transport._address", lambda connection: PUBLIC)
        with pytest.raises(EgressRefused, match="leads out of the house"):
            await HomeTransport().get(there, "/", wait_s=5)
        assert await asyncio.wait_for(read, 30) == b""


async def test_an_address_of_six_groups_is_spelled_in_brackets() -> None:
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply(200, b"ok"))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    try:
        listening = await asyncio.start_server(answer, "::1", 0)
    except OSError:
        pytest.skip("no IPv6 here")
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        assert await HomeTransport().get(Destination("http", "::1", port), "/", wait_s=5) == b"ok"
    assert f"Host: [::1]:{port}\r\n".encode() in seen[0]


async def test_a_server_that_takes_no_connection_is_waited_for_as_long_as_is_said() -> None:
    """Its queue is full: one that waits in it, and the next is not heard."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        there = Destination.parse(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                line = stack.enter_context(socket.socket())
                line.setblocking(False)
                line.connect_ex(listening.getsockname())
            with pytest.raises(UpstreamFailed, match="cannot be reached") as failed:
                await HomeTransport(connect_s=0.2).get(there, "/", wait_s=20)
    assert failed.value.fault == "unreachable"


async def test_the_patience_of_whoever_asks_is_borne() -> None:
    """Where it is more than the connection's own."""
    head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"
    done = asyncio.Semaphore(0)

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for piece in (head, body):
                await asyncio.sleep(0.3)
                writer.write(piece)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        done.release()

    async with await asyncio.start_server(slowly, "127.0.0.1", 0) as listening:
        there = Destination.parse(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        cleared = ClearedRequest(b"{}", there, "m", 1, "audit", 1e12)
        patience = Patience(first_token_s=20, between_tokens_s=20, total_s=60)
        patient = HomeTransport(first_byte_s=0.1, silence_s=0.1, patience=patience)
        assert b"".join([piece async for piece in patient.stream(cleared, there, "/")]) == body
        with pytest.raises(UpstreamFailed, match=r"silent for 0\.1 s"):
            async for _ in HomeTransport(first_byte_s=0.1, silence_s=0.1).stream(cleared, there, "/"):
                pass
        for _ in range(2):
            await done.acquire()
