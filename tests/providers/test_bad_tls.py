"""Servers that do not prove who they are, or break off within TLS, at home and outside."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.providers.bad_answers import CHUNKED, SPOKEN, chunk, whole
from tests.providers.cloud.conftest import certify, cloud, reply, sends
from tests.providers.outside import Outside, inside, outside, text_of
from vestibule.core.chat import Message
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest

Way = Callable[..., AbstractAsyncContextManager[Outside]]
REQUEST = ModelRequest((Message("user", "How does an economiser work?"),))
GOOD = sends(reply(whole("openai")))


@pytest.fixture(params=[inside, outside])
def way(request: pytest.FixtureRequest) -> Way:
    taken: Way = request.param
    return taken


async def failure(way: Way, url: str, ca_file: Path | None) -> UpstreamFailed:
    async with way("openai", url, ca_file=ca_file) as asked:
        with pytest.raises(UpstreamFailed) as failed:
            await asked.ask(REQUEST)
    return failed.value


async def test_a_certificate_that_proves_it_is_enough(way: Way, tmp_path: Path) -> None:
    made = certify(tmp_path)
    async with cloud(GOOD, made.context) as server:
        async with way("openai", f"https://127.0.0.1:{server.port}", ca_file=made.ca_file) as asked:
            for _ in range(3):
                assert text_of(await asked.ask(REQUEST)) == SPOKEN
        assert server.connections == 1


@pytest.mark.parametrize("wrong", ["expired", "of itself", "of another name"])
async def test_one_that_proves_nothing_gets_no_byte(way: Way, tmp_path: Path, wrong: str) -> None:
    address = "192.0.2.7" if wrong == "of another name" else "127.0.0.1"
    made = certify(tmp_path, address=address, days=-2 if wrong == "expired" else 1)
    async with cloud(GOOD, made.context) as server:
        known = None if wrong == "of itself" else made.ca_file
        failed = await failure(way, f"https://127.0.0.1:{server.port}", known)
    assert "certificate is not trusted" in str(failed)
    assert "`ca_file`" in str(failed)
    assert failed.fault == "unreachable"
    assert server.requests == []


async def test_a_server_without_tls_where_tls_is_spoken(way: Way) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(64)
            writer.write(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        failed = await failure(way, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", None)
    assert (failed.fault, "cannot be reached" in str(failed)) == ("unreachable", True)


async def test_a_server_with_tls_where_none_is_spoken(way: Way, tmp_path: Path) -> None:
    async with cloud(GOOD, certify(tmp_path).context) as server:
        failed = await failure(way, f"http://127.0.0.1:{server.port}", None)
    assert failed.fault in ("malformed", "cut")


@pytest.mark.parametrize("when", ["before the head", "in the middle"])
async def test_a_connection_that_is_reset_within_tls_is_cut(way: Way, tmp_path: Path, when: str) -> None:
    made = certify(tmp_path)

    async def answer(writer: asyncio.StreamWriter) -> bool:
        if when == "in the middle":
            writer.write(CHUNKED + chunk(whole("openai").split(b"\n\n")[0] + b"\n\n"))
            await writer.drain()
            await asyncio.sleep(0.05)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async with cloud(answer, made.context) as server:
        failed = await failure(way, f"https://127.0.0.1:{server.port}", made.ca_file)
    assert failed.fault == "cut"


async def test_a_handshake_that_never_ends_is_not_waited_for(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("home", "cloud"):
        monkeypatch.setattr(f"vestibule.providers.{room}.transport.CONNECT_S", 0.3)
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        gone.set()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        failed = await failure(way, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", None)
        await asyncio.wait_for(gone.wait(), 30)
    assert failed.fault in ("unreachable", "silent")
