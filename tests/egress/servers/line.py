"""The way back to one client of a server, and what can be done to it: stall, flood, reset. Knows no dialect."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field

import h11

from tests.egress.servers.faults import BIG_BODY, HTML, Fault

READ = 65_536


@dataclass
class Connection:
    """`address` is the one of ours that the client connected to."""

    address: str = ""
    received: bytearray = field(default_factory=bytearray)


@dataclass
class Given:
    """What one request got: `sent` bytes went back; `left_at` is when the client left in the middle of a fault."""

    sent: int = 0
    left_at: float | None = None


class Line:
    """The way back to one client, and what can be done to it."""

    def __init__(
        self,
        given: Given,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stopped: asyncio.Event,
    ) -> None:
        self._given = given
        self._reader = reader
        self._writer = writer
        self._stopped = stopped

    async def write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            try:
                await self._writer.drain()
            except ConnectionError:
                self._given.left_at = time.monotonic()
                raise
            self._given.sent += len(data)

    async def flood(self, protocol: h11.Connection, length: int) -> None:
        """Send a line that does not end, of at most `length` bytes: until the client has had enough."""
        for _ in range(length // READ):
            await self.write(protocol.send(h11.Data(data=b"x" * READ)))

    async def wait(self, seconds: float | None) -> None:
        """Wait that long, or for ever; raise `ConnectionResetError` where the client leaves meanwhile."""
        gone, stopped = asyncio.ensure_future(self._reader.read(1)), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((gone, stopped), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                self._given.left_at = time.monotonic()
                raise ConnectionResetError("the client left")
        finally:
            for waiting in (gone, stopped):
                waiting.cancel()
            await asyncio.gather(gone, stopped, return_exceptions=True)

    async def end_badly(self, *, stall: bool) -> bool:
        if stall:
            await self.wait(None)
        self.reset()
        return False

    def reset(self) -> None:
        """Close at once with RST instead of FIN: what was not yet read is lost, as when a proxy dies."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


async def answer_nothing(fault: Fault, protocol: h11.Connection, line: Line) -> bool:
    """What no provider says: nothing, a page for people, a body without end, the way to another place."""
    if fault.kind in ("reset", "silent"):
        return await line.end_badly(stall=fault.kind == "silent")
    status, kind, length, location = 200, "text/html", len(HTML), fault.location
    if fault.kind == "big_body":
        length = BIG_BODY
    more = [("Location", location)] if fault.kind == "redirect" else []
    headers = [("Content-Type", kind), ("Content-Length", str(length)), *more]
    status = 307 if fault.kind == "redirect" else 200
    await line.write(protocol.send(h11.Response(status_code=status, headers=headers)))
    if fault.kind == "big_body":
        await line.flood(protocol, BIG_BODY)
    else:
        await line.write(protocol.send(h11.Data(data=HTML)))
    await line.write(protocol.send(h11.EndOfMessage()))
    return True
