"""What of the interface will go: announced in the headers of each answer and in the OpenAPI document, by one table.

`Deprecation` is RFC 9745 (a date as a structured field, `@1767225600`), `Sunset` RFC 8594 (an HTTP date), `Link` with
`rel="deprecation"` leads to the entry of the changelog. Fields of a body are not announced so: `max_tokens`, which
OpenAI calls deprecated, stays for good, and the document says what stands in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Deprecation(msgspec.Struct, frozen=True):
    """`since` when it is deprecated, `sunset` when it will be gone: half a year later at the earliest. `link` says what
    to use instead."""

    since: datetime
    sunset: datetime
    link: str

    def headers(self) -> dict[str, str]:
        return {
            "deprecation": f"@{int(self.since.timestamp())}",
            "sunset": format_datetime(self.sunset.astimezone(UTC), usegmt=True),
            "link": f'<{self.link}>; rel="deprecation"; type="text/markdown"',
        }


Deprecations = Mapping[tuple[str, str], Deprecation]

DEPRECATIONS: Deprecations = MappingProxyType({})
"""By method and path as the OpenAPI document writes them: ("get", "/v1/things/{thing_id}"). Nothing yet."""


def announced(app: ASGIApp, deprecations: Deprecations = DEPRECATIONS) -> ASGIApp:
    """Announce what is deprecated; without any, `app` itself."""
    return _Announcer(app, deprecations) if deprecations else app


class _Announcer:
    def __init__(self, app: ASGIApp, deprecations: Deprecations) -> None:
        self._app = app
        self._told = [(method, path.split("/"), said.headers()) for (method, path), said in deprecations.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = self._headers(scope) if scope["type"] == "http" else None

        async def announce(message: Message) -> None:
            if headers and message["type"] == "http.response.start":
                MutableHeaders(raw=message.setdefault("headers", [])).update(headers)
            await send(message)

        await self._app(scope, receive, announce if headers else send)

    def _headers(self, scope: Scope) -> dict[str, str] | None:
        asked = scope["path"].split("/")
        for method, path, headers in self._told:
            if method == scope["method"].lower() and _matches(path, asked):
                return headers
        return None


def _matches(path: list[str], asked: list[str]) -> bool:
    return len(path) == len(asked) and all(p == a or p.startswith("{") for p, a in zip(path, asked, strict=True))
