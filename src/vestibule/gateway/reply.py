"""Sends a response made at once. Knows ASGI, and nothing of what it sends."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Send

JSON = "application/json"


async def send_reply(
    send: Send, status: int, body: bytes, headers: Mapping[str, str] | None = None, *, content_type: str = JSON
) -> None:
    fields = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    raw = [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
