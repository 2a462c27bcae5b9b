"""Server-sent events, and a response that stops its source as soon as the browser leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Events = AsyncGenerator[bytes, None]


def event(name: str, data: str) -> bytes:
    """Encode one event; every line of `data` becomes a `data:` line."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def json_event(name: str, data: object) -> bytes:
    return event(name, msgspec.json.encode(data).decode())


COMMENT = b": still here\n\n"


class EventStream(Response):
    """Sends what `events` yields. The source is closed before the response ends, whoever ends it."""

    media_type = "text/event-stream"

    def __init__(self, events: Events) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def deliver() -> None:
            async with aclosing(self._events) as events:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                async for piece in events:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})

        delivering = asyncio.create_task(deliver())
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((delivering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await delivering


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
