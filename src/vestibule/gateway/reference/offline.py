"""The document of a server that does not run: every route there is, joined to nothing. Asked for nothing but itself."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.types import ASGIApp

from vestibule.core.settings import Settings
from vestibule.gateway.application import Directory, Operator, build
from vestibule.gateway.docs import Document


class _Absent:
    """Stands where a part of the house would: it can be handed on and nothing else."""

    def __getattr__(self, name: str) -> _Absent:
        return self


def application() -> ASGIApp:
    absent: Any = _Absent()  # a part of any type, that nobody asks anything
    directory = Directory(absent, absent, absent)
    operator = Operator(
        *(absent, absent, absent, directory, absent),
        configuration=absent,
        experimenting=absent,
        feedback=absent,
        savings=absent,
    )
    return build(
        *(absent, absent, absent, absent, absent, absent, Settings()),
        operator=operator,
        responses=absent,
        batching=absent,
    )


async def document() -> Document:
    """What such a server answers at /openapi.json."""
    told: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message.get("body", b""))

    await application()(_SCOPE, receive, send)
    described: Document = msgspec.json.decode(b"".join(told))
    return described


_SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/openapi.json",
    "raw_path": b"/openapi.json",
    "root_path": "",
    "query_string": b"",
    "headers": [(b"host", b"127.0.0.1:8080")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 8080),
}
