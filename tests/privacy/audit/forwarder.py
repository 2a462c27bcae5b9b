"""A TCP port that leads to PostgreSQL's Unix socket until it is cut, or until certain bytes come by."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class Forwarder:
    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self._break_at: bytes | None = None
        self._deliver = False
        self.broke = False
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.sleep(0.05)

    def cut(self) -> None:
        """Close every connection, and each new one at once."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def open(self) -> None:
        self._cut = False

    def break_at(self, sent: bytes, *, deliver: bool) -> None:
        """Cut when a client sends these bytes: after they were delivered and answered, or before."""
        self._break_at, self._deliver = sent, deliver

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        back_reader, back_writer = await asyncio.open_unix_connection(str(self._socket))
        self._writers |= {writer, back_writer}
        answering = asyncio.create_task(self._answer(back_reader, writer))
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self._break_at and self._break_at in data:
                    self._break_at, self.broke = None, True
                    if self._deliver:
                        answering.cancel()
                        back_writer.write(data)
                        await back_reader.read(65536)
                    self.cut()
                    break
                back_writer.write(data)
                await back_writer.drain()
        answering.cancel()
        for each in (writer, back_writer):
            self._writers.discard(each)
            each.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
