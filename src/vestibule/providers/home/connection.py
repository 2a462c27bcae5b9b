"""One connection to a model server at home: a request and its reply, and another if both sides like.

It is not read further ahead than `MOST_HELD` bytes of whoever takes them. Knows bytes and time, not where it leads.
"""

from __future__ import annotations

import asyncio
from typing import cast

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.core.time_limit import NEAR_S
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
        self._waiting: asyncio.Future[bool] | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._failure: str | None = None

    def ask(self, request: bytes) -> None:
        """Send a request; what came before is over."""
        self.reply = Reply()
        if self.transport:
            self.transport.write(request)

    async def head(self, wait_s: float) -> Reply:
        """Wait for status and headers. Raise `UpstreamFailed`."""
        until = asyncio.get_running_loop().time() + wait_s
        while not self.reply.headed:
            if not await self._news(until):
                raise self._silent(wait_s)
        return self.reply

    async def piece(self, wait_s: float) -> bytes:
        """What there is of the body, or comes next within `wait_s`; nothing at its end. Raise `UpstreamFailed`."""
        while not (piece := self.reply.take()):
            self._read_on()
            if self.reply.complete:
                break
            if not await self._news(asyncio.get_running_loop().time() + wait_s):
                raise self._silent(wait_s)
        return piece

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
        if self._timer:
            self._timer.cancel()
        if error is None and not self._failure:
            self.reply.end()
        self._wake()

    async def _news(self, until: float) -> bool:
        """Wait until something comes, or raise. False where nothing did until then, in seconds of the loop's clock."""
        if self._failure:
            raise UpstreamFailed(f"{self.destination} {self._failure}.", fault="malformed")
        if self.closed:
            raise UpstreamFailed(
                f"{self.destination} closed the connection before the end of its answer.",
                next_step="Ask again.",
                fault="cut",
            )
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._until = until
        if self._timer is None or self._timer.when() > until:
            self._look_at(until)
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def _look_at(self, when: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(when, self._look)

    def _look(self) -> None:
        """One timer for all that is waited for on this connection: it is set anew only when it goes off too early."""
        self._timer = None
        if self._waiting is None:
            return
        if self._until - asyncio.get_running_loop().time() > NEAR_S:
            self._look_at(self._until)
        else:
            self._wake(False)

    def _wake(self, has_news: bool = True) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(has_news)

    def _read_on(self) -> None:
        if self._paused and self.transport and not self.closed:
            self._paused = False
            self.transport.resume_reading()

    def _silent(self, wait_s: float) -> UpstreamFailed:
        return UpstreamFailed(
            f"{self.destination} was silent for {wait_s:g} s.", next_step="Ask again.", fault="silent"
        )
