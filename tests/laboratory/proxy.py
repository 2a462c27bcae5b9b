"""A proxy between a client and a real server that forwards byte for byte, and on the way back cuts, stalls, delays,
corrupts or resets: at a byte, or after a number of events of a stream.

Listens on TCP or on a Unix socket and forwards to either; runs in a thread with an event loop of its own. Knows HTTP
only so far as to count events by their blank lines.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Literal

Kind = Literal["cut", "reset", "stall", "delay", "corrupt", "refuse"]
Address = Path | tuple[str, int]
READ = 65_536
BLANK = b"\n\n"
CONVERSATION = b"POST "


@dataclass(frozen=True)
class Cut:
    """What happens to one conversation's answer: once `after_bytes` of it, or `after_events` whole events, have passed.
    `cut` ends the connection, `reset` with RST; `stall` sends no more; `delay` waits `seconds`, then goes on; `corrupt`
    turns the next brace into a bracket; `refuse` resets the connection before the server is even reached."""

    kind: Kind
    after_bytes: int | None = None
    after_events: int | None = None
    seconds: float = 0.0


@dataclass
class Passage:
    """One request: how many bytes each way, `asked_at` when the first came, `left_at` when the client was gone. It was
    not `taken` where the server ended the connection that was kept for it: llama.cpp's does so after each stream,
    though it announces `Keep-Alive: timeout=5`, and whoever asks at that moment asks nobody."""

    cut: Cut | None = None
    taken: bool = True
    up: int = 0
    down: int = 0
    events: int = 0
    asked_at: float = 0.0
    left_at: float | None = None
    request: bytearray = field(default_factory=bytearray)


@dataclass
class _Line:
    """A connection, the request of now on it, and whether the server has begun to answer that."""

    passage: Passage
    kept: bool = False
    answered: bool = False


class CuttingProxy:
    """Use as a context manager. `cuts` are dealt to the next conversations (POST), one each; `always` to all others."""

    def __init__(self, upstream: Address, listen: Path | None = None) -> None:
        self.cuts: deque[Cut] = deque()
        self.always: Cut | None = None
        self.passages: list[Passage] = []
        self.address: Address = listen or ("127.0.0.1", 0)
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopped = asyncio.Event()
        self._handling: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    @property
    def url(self) -> str:
        if isinstance(self.address, Path):
            return f"unix:{self.address}"
        return f"http://{self.address[0]}:{self.address[1]}"

    def __enter__(self) -> CuttingProxy:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        if isinstance(self.address, Path):
            server = await asyncio.start_unix_server(self._connected, self.address)
        else:
            server = await asyncio.start_server(self._connected, *self.address)
            self.address = ("127.0.0.1", server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)
        passage = Passage()
        try:
            first = await reader.read(READ)
            if not first:
                return
            self.passages.append(passage)
            self._deal(passage, first)
            if passage.cut and passage.cut.kind == "refuse":
                _reset(writer)
                return
            await self._forward(_Line(passage), first, reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    def _deal(self, passage: Passage, asked: bytes) -> None:
        """A connection that is used again is another conversation, and gets a cut of its own."""
        passage.asked_at = time.monotonic()
        if asked.startswith(CONVERSATION):
            passage.cut = self.cuts.popleft() if self.cuts else self.always

    async def _forward(
        self, line: _Line, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if isinstance(self._upstream, Path):
                back, forth = await asyncio.open_unix_connection(self._upstream)
            else:
                back, forth = await asyncio.open_connection(*self._upstream)
        except OSError:  # the server is not there: neither are we
            _reset(writer)
            return
        up = asyncio.create_task(self._up(line, first, reader, forth))
        down = asyncio.create_task(self._down(line, back, writer))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            forth.transport.abort()
            await asyncio.gather(up, down, return_exceptions=True)
            if line.kept and not line.answered and line.passage.left_at is None:
                self._give_back(line.passage)
            if not writer.transport.is_closing():
                with suppress(ConnectionError):
                    writer.close()
                    await writer.wait_closed()

    async def _up(self, line: _Line, data: bytes, reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data:
            if line.passage.down and data.startswith(CONVERSATION):
                line.passage, line.kept, line.answered = Passage(), True, False
                self.passages.append(line.passage)
                self._deal(line.passage, data)
            line.passage.up += len(data)
            line.passage.request += data
            forth.write(data)
            await forth.drain()
            data = await reader.read(READ)
        line.passage.left_at = time.monotonic()

    async def _down(self, line: _Line, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await back.read(READ):
            line.answered = True
            while data:
                passage = line.passage
                at = _place(passage, data)
                head, data = (data, b"") if at is None else (data[:at], data[at:])
                passage.down += len(head)
                passage.events += head.count(BLANK)
                if head:
                    writer.write(head)
                    await writer.drain()
                if at is not None:
                    data = await self._act(passage, data, writer)

    def _give_back(self, passage: Passage) -> None:
        """Nobody took the request: what was to happen to it is for the next."""
        passage.taken = False
        if passage.cut and passage.cut is not self.always:
            self.cuts.appendleft(passage.cut)

    async def _act(self, passage: Passage, rest: bytes, writer: asyncio.StreamWriter) -> bytes:
        """Do it, and return what is still to be sent."""
        cut, passage.cut = passage.cut, None
        assert cut is not None
        match cut.kind:
            case "corrupt":
                if b"{" not in rest:  # the next event has not come yet
                    passage.cut = replace(cut, after_events=None, after_bytes=passage.down + len(rest) + 1)
                return rest.replace(b"{", b"[", 1)
            case "delay":
                await asyncio.sleep(cut.seconds)
                return rest
            case "stall":
                await asyncio.Event().wait()
            case "reset":
                _reset(writer)
        raise ConnectionResetError("as planned")


def _place(passage: Passage, data: bytes) -> int | None:
    """Where in `data` the moment of the cut is, if it is there."""
    cut = passage.cut
    if cut is None:
        return None
    if cut.after_events is not None:
        at = 0
        for _ in range(cut.after_events - passage.events):
            found = data.find(BLANK, at)
            if found < 0:
                return None
            at = found + len(BLANK)
        return at
    bytes_left = (cut.after_bytes or 0) - passage.down
    return max(0, bytes_left) if bytes_left <= len(data) else None


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
