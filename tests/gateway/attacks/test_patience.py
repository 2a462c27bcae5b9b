"""Clients that keep a connection and give nothing, or take nothing: each is let go, and whoever comes is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from contextlib import AsyncExitStack

import pytest

from tests.gateway.conftest import Serve, Server, parse
from vestibule.gateway.connection import Connection


class Impatient(Connection):
    head_timeout_s = 0.3
    reader_timeout_s = 0.3
    most = 64


@pytest.fixture
async def server(serve: Serve) -> Server:
    return await serve(protocol=Impatient, demo=True)


def asked(question: str) -> bytes:
    body = json.dumps({"model": "auto", "stream": True, "messages": [{"role": "user", "content": question}]}).encode()
    head = f"host: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n\r\n".encode() + body


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"\r\n\r\n"])
async def test_silence_is_closed(server: Server, sent: bytes) -> None:
    async with asyncio.timeout(5), server.connection() as (reader, writer):
        writer.write(sent)
        assert await reader.read() == b""


@pytest.mark.parametrize("head", [b"GET /healthz", b"GET /healthz HTTP/1.1\r\nhost: local"])
async def test_a_dripping_head_is_given_up(server: Server, head: bytes) -> None:
    async with asyncio.timeout(5), server.connection() as (reader, writer):
        writer.write(head)
        answered = asyncio.create_task(reader.read())
        while not answered.done():
            writer.write(b"a")
            await asyncio.sleep(0.02)
        reply = parse(await answered)
    assert (reply.status, reply.code) == (408, "invalid_request")


async def test_dripping_between_requests_is_given_up(server: Server) -> None:
    """What is left of a body that nobody wanted keeps no connection."""
    async with asyncio.timeout(10), server.connection() as (reader, writer):
        writer.write(b"POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
        writer.write(b"content-length: 1000000\r\n\r\n")
        answered = asyncio.create_task(reader.read())
        while not answered.done():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        assert parse(await answered).status == 404


async def test_a_connection_is_kept_between_requests(server: Server) -> None:
    async with server.connection() as (reader, writer):
        for _ in range(3):
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"}")
            await asyncio.sleep(0.1)


async def test_who_reads_nothing_is_let_go_and_little_is_held_for_it(server: Server) -> None:
    silent = socket.create_connection(("127.0.0.1", server.port))
    with silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.sendall(asked("endless please"))
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"
    # what was made of the answer is what the two ends' buffers take, a piece being 1,000 characters
    assert server.pipeline.delivered < 10_000
    assert (await server.ask("GET", "/healthz")).status == 200


async def test_who_reads_slowly_is_served(server: Server) -> None:
    async with server.connection() as (reader, writer):
        writer.write(asked("endless please"))
        for _ in range(30):
            assert await reader.read(65_536)
            await asyncio.sleep(0.02)
    assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"


async def test_idle_connections_make_room(server: Server) -> None:
    """Ten times as many as may be there, none of which ever says anything."""
    async with AsyncExitStack() as stack:
        for _ in range(640):
            await stack.enter_async_context(server.connection())
        assert (await server.ask("GET", "/healthz")).status == 200


async def test_where_everybody_is_being_answered_the_next_is_told_to_come_later(server: Server) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(Impatient.most):
            reader, writer = await stack.enter_async_context(server.connection())
            writer.write(asked("stall now"))
            await reader.readuntil(b"data: ")
        async with asyncio.timeout(5), server.connection() as (reader, writer):
            reply = parse(await reader.read())
        assert (reply.status, reply.code) == (503, "queue_full")
    for _ in range(Impatient.most):
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"
    assert (await server.ask("GET", "/healthz")).status == 200


@pytest.mark.parametrize("how", ["reset", "half closed"])
async def test_who_leaves_in_the_middle_leaves_nothing_behind(server: Server, how: str) -> None:
    for part in (b"", b"GET /healthz HT", asked("silence now")[:-5], asked("silence now")):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(part)
        await writer.drain()
        if how == "reset":
            writer.transport.abort()
        else:
            writer.write_eof()
            async with asyncio.timeout(5):
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            writer.close()
    assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"
    assert (await server.ask("GET", "/healthz")).status == 200
