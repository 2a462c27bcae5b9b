"""One connection to a model server at home: a request and its reply, and another if both sides like.

It is not read further ahead than `MOST_HELD` bytes of whoever takes them. Knows bytes and time, not where it leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.reply import BadReply, Reply

MOST_HELD = 262_144


class Connection(asyncio.Protocol):
    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.reused = False
        self.idle_since = 0.0
        self.reply = Reply()
        self.closed = False
        self.transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._paused = False
        self._failure: str | None = None

    def ask(self, request: bytes) -> None:
        """Send a request; what came before is over."""
        self.reply = Reply()
        if self.transport:
            self.transport.write(request)

    async def head(self, wait_s: float) -> Reply:
        """Wait for status and headers. Raise `UpstreamFailed`."""
        try:
            async with asyncio.timeout(wait_s):
                while not self.reply.headed:
                    await self._news()
        except TimeoutError:
            raise self._silent(wait_s) from None
        return self.reply

    async def body(self, wait_s: float) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes, each piece within `wait_s`. Raise `UpstreamFailed`."""
        while True:
            while piece := self.reply.take():
                yield piece
            self._read_on()
            if self.reply.complete:
                return
            try:
                async with asyncio.timeout(wait_s):
                    await self._news()
            except TimeoutError:
                raise self._silent(wait_s) from None

    @property
    def is_reusable(self) -> bool:
        """Whether the reply is over and taken, and another request may follow."""
        reply, transport = self.reply, self.transport
        if self.closed or not transport or not (reply.complete and reply.reusable) or reply.held or self._paused:
            return False
        return not transport.is_closing() and not transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close without sending or taking any more."""
        self.closed = True
        if self.transport:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.reply.complete or self._failure:  # nobody asked for it
            self.abort()
            return
        try:
            self.reply.feed(data)
        except BadReply as bad:
            self._failure = str(bad)
            self.abort()
        if self.reply.held > MOST_HELD and self.transport and not (self._paused or self.closed):
            self.transport.pause_reading()
            self._paused = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if error is None and not self._failure:
            self.reply.end()
        self._wake()

    async def _news(self) -> None:
        """Until something comes, or raise."""
        if self._failure:
            raise UpstreamFailed(f"{self.destination} {self._failure}.", fault="malformed")
        if self.closed:
            raise UpstreamFailed(
                f"{self.destination} closed the connection before the end of its answer.",
                next_step="Ask again.",
                fault="cut",
            )
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def _read_on(self) -> None:
        if self._paused and self.transport and not self.closed:
            self._paused = False
            self.transport.resume_reading()

    def _silent(self, wait_s: float) -> UpstreamFailed:
        return UpstreamFailed(
            f"{self.destination} was silent for {wait_s:g} s.", next_step="Ask again.", fault="silent"
        )
