"""Web pages of other origins: only those that a key names may call `/v1`, and only with that key.

Stands before the guards, which refuse every other origin: a request whose key names the origin of its page goes on
without that header. Before a browser sends a key it asks whether it may (preflight): it may where any key says so.
Cookies are never accepted from elsewhere.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vestibule.core.errors import VestibuleError
from vestibule.gateway.caller import credential_of
from vestibule.gateway.ports import Access

SURFACE = "/v1/"
METHODS = "GET, POST, PATCH, DELETE"
MAX_AGE_S = 60
EXPOSED = (
    "x-request-id, retry-after, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-requests,"
    " x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens"
)


class Cors:
    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = _origin(scope)
        if origin is None:
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._preflight(origin, scope, receive, send)
        elif await self._is_named(origin, scope):
            await self._app(_without_origin(scope), receive, _sharing(origin, send))
        else:
            await self._app(scope, receive, send)

    async def _preflight(self, origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not await self._access.permits_origin(origin):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("access-control-request-headers", "authorization, content-type")
        headers = [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", METHODS.encode()),
            (b"access-control-allow-headers", asked.encode("latin-1")),
            (b"access-control-max-age", str(MAX_AGE_S).encode()),
            (b"vary", b"Origin, Access-Control-Request-Headers"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _is_named(self, origin: str, scope: Scope) -> bool:
        """A key that is none is refused further in, with the guards' or the door's own words."""
        if not await self._access.permits_origin(origin):
            return False
        try:
            caller = await self._access.authenticate(credential_of(scope))
        except VestibuleError:
            return False
        return origin in caller.origins


def _origin(scope: Scope) -> str | None:
    """The origin of the page that calls, where it is another's and calls what pages may call."""
    if scope["type"] != "http" or not scope["path"].startswith(SURFACE):
        return None
    sent = [value for name, value in scope["headers"] if name == b"origin"]
    if len(sent) != 1:
        return None
    origin = sent[0].decode("latin-1").lower()
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return None if origin in (f"http://{host}", f"https://{host}") else origin


def _without_origin(scope: Scope) -> Scope:
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


def _sharing(origin: str, send: Send) -> Send:
    async def send_shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                (b"access-control-allow-origin", origin.encode("latin-1")),
                (b"access-control-expose-headers", EXPOSED.encode()),
                (b"vary", b"Origin"),
            ]
        await send(message)

    return send_shared
