"""What every request must pass before any route sees it: Host, Origin, content type, size of the body.

Together they keep a web page in a browser on this machine from talking to the server behind its user's back, by DNS
rebinding or by a cross-site request. Knows no key and no route.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from vestibule.core.errors import Forbidden, VestibuleError
from vestibule.core.settings import Settings
from vestibule.gateway.body import BoundedReceive, too_large
from vestibule.gateway.errors import UnsupportedMediaType

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:@/]+)(:[0-9]{1,5})?")
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})


class Guards:
    def __init__(self, app: ASGIApp, settings: Settings, body_timeout_s: float) -> None:
        self._app = app
        named = (*settings.allowed_hosts, settings.host)
        self._hosts = frozenset(_bare(host) for host in named) - _ANY_ADDRESS
        self._body_limit = settings.limits.body_mib * 2**20
        self._body_timeout_s = body_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            self._check_host(headers.getlist("host"))
            _check_origin(headers)
            self._check_body(headers)
            receive = BoundedReceive(receive, self._body_limit, self._body_timeout_s)
        await self._app(scope, receive, send)

    def _check_host(self, hosts: list[str]) -> None:
        named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if named is None or _bare(named.group("name")) not in self._hosts:
            raise Forbidden(
                "This server does not answer under the host name of this request.",
                next_step="Use the address it is bound to, or add the name to allowed_hosts in vestibule.yaml.",
            )

    def _check_body(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if length == "0" and "transfer-encoding" not in headers:
            return
        refusal = _unreadable(headers)
        if refusal:
            raise refusal
        if int(length) > self._body_limit:
            raise too_large(self._body_limit)


def _check_origin(headers: Headers) -> None:
    origin = headers.get("origin")
    if origin is None:
        return
    host = headers["host"].lower()
    if headers.getlist("origin") != [origin] or origin.lower() not in (f"http://{host}", f"https://{host}"):
        raise Forbidden(
            "A web page of another origin may not call this server.",
            next_step="Call it from your own server, or open the console under the server's own address.",
        )


def _unreadable(headers: Headers) -> VestibuleError | None:
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"')
    if media_type.strip() != "application/json" or charset not in ("", "utf-8", "utf8"):
        return UnsupportedMediaType(
            "The body must be JSON in UTF-8.", next_step="Send the header Content-Type: application/json."
        )
    if headers.get("content-encoding", "identity").lower() != "identity":
        return UnsupportedMediaType(
            "A compressed body is not read.", next_step="Send it without the header Content-Encoding."
        )
    return None


def _bare(name: str) -> str:
    return name.strip("[]").lower().rstrip(".")
