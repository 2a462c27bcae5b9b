"""Sends a response made at once. Knows ASGI, and nothing of what it sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Send

JSON = "application/json"


def json_reply(value: msgspec.Struct) -> Response:
    """A reply that nobody on the way may keep."""
    return Response(msgspec.json.encode(value), media_type=JSON, headers={"cache-control": "no-store"})


async def send_reply(
    send: Send,
    status: int,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    then: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Send a JSON body; await `then` when the client has all of it and the connection is still open."""
    raw = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if headers:
        raw += [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": then is not None})
    if then:
        await then()
        await send({"type": "http.response.body", "body": b""})
