"""How a server ends: what it is at is finished, what takes too long says so, and nothing looks whole that is not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from vestibule.gateway.connection import Connection
from vestibule.gateway.edge import Edge
from vestibule.gateway.server import Server


class Telling:
    """Streams a word, and the rest when it is let."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.under_way = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = b"text/event-stream" if scope["path"] == "/events" else b"text/plain"
        if scope["path"] != "/silent":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
        self.under_way.set()
        if scope["path"] != "/quick":
            await self.go_on.wait()
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


@asynccontextmanager
async def serving(application: Telling, drain_s: float) -> AsyncIterator[tuple[Server, int, asyncio.Task[None]]]:
    servers: list[Server] = []
    edge = Edge(application, lambda: servers[0].should_exit)
    config = uvicorn.Config(edge, loop="none", http=Connection, ws="none", log_config=None, lifespan="off")
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(config, drain_s=drain_s, on_ready=servers.append)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not servers:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield server, listener.getsockname()[1], task
    finally:
        server.should_exit = server.force_exit = True
        await task


@asynccontextmanager
async def asking(port: int, path: str) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_what_is_under_way_is_finished_and_the_connection_closed() -> None:
    telling = Telling()
    async with serving(telling, 30) as (server, port, ended), asking(port, "/events") as reply:
        await telling.under_way.wait()
        server.should_exit = True
        await until(lambda: not server.servers[0].is_serving())
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        telling.go_on.set()
        said = await reply.read()
        assert b"data: [DONE]" in said
        assert said.endswith(b"0\r\n\r\n")
        await ended


async def test_what_takes_too_long_says_so_in_the_stream() -> None:
    telling = Telling()
    async with serving(telling, 0.1) as (server, port, ended), asking(port, "/events") as reply:
        await telling.under_way.wait()
        server.should_exit = True
        said = await reply.read()
        await ended
    assert b"[DONE]" not in said
    assert b'"code":"unavailable"' in said
    assert b"Ask again." in said


async def test_what_is_no_stream_is_cut_or_refused() -> None:
    for path, expected in (("/words", b"data: one"), ("/silent", b"503 Service Unavailable")):
        telling = Telling()
        async with serving(telling, 0.1) as (server, port, ended), asking(port, path) as reply:
            await telling.under_way.wait()
            server.should_exit = True
            said = await reply.read()
            await ended
        assert expected in said
        assert said.endswith(b"0\r\n\r\n") is (b"content-length" not in said and path == "/silent")


async def test_a_request_on_its_way_to_an_idle_connection_is_answered() -> None:
    telling = Telling()
    async with serving(telling, 30) as (server, port, ended):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"0\r\n\r\n")
        server.should_exit = True
        await until(lambda: not server.servers[0].is_serving())
        writer.write(b"GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = await reader.read()
        writer.close()
        await ended
    assert b"connection: close" in said
    assert b"data: [DONE]" in said


async def test_it_takes_the_connections_of_another_while_it_is_lent_them() -> None:
    telling = Telling()
    with socket.create_server(("127.0.0.1", 0)) as other:
        async with serving(telling, 1) as (server, _, _):
            await server.listen_beside([other])
            await server.listen_beside([other])
            async with asking(other.getsockname()[1], "/quick") as reply:
                assert b"200 OK" in await reply.readline()
            await server.listen_beside([])
            async with asking(other.getsockname()[1], "/quick") as reply:  # it waits for its owner
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(reply.readline(), 0.2)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
