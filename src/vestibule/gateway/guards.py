"""What every request must pass before any route sees it: Host, Origin, content type, size of the body.

Together they keep a web page in a browser on this machine from talking to the server behind its user's back, by DNS
rebinding or by a cross-site request. Knows no key and no route.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from vestibule.core.errors import Forbidden, NotFound, VestibuleError
from vestibule.core.settings import Settings
from vestibule.gateway.body import BoundedReceive, too_large
from vestibule.gateway.errors import UnsupportedMediaType

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:@/]+)(:[0-9]{1,5})?")
_HOSTS_KNOWN = 64
UPLOADS = "/v1/files"  # the one path where a body is a form
UPLOAD_PATIENCE = 20  # times as long as other bodies may a file take to arrive
JSON, FORM = b"application/json", b"multipart/form-data"
_FORM_BYTES = 65_536  # what a form has around its file
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})


class Guards:
    def __init__(self, app: ASGIApp, settings: Settings, body_timeout_s: float) -> None:
        self._app = app
        named = (*settings.allowed_hosts, settings.host)
        self._hosts = frozenset(_bare(host) for host in named) - _ANY_ADDRESS
        self._known: set[bytes] = set()  # spellings of them that were looked at
        self._body_limit = settings.limits.body_mib * 2**20
        self._file_limit = settings.limits.file_mib * 2**20 + _FORM_BYTES
        self._body_timeout_s = body_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = _Headers(scope["headers"])
            _check_path(scope["path"])
            self._check_host(headers)
            _check_origin(headers)
            upload = scope["path"] == UPLOADS and scope["method"] == "POST"
            limit = self._file_limit if upload else self._body_limit
            _check_body(headers, limit, FORM if upload else JSON)
            receive = BoundedReceive(receive, limit, self._body_timeout_s * (UPLOAD_PATIENCE if upload else 1))
        await self._app(scope, receive, send)

    def _check_host(self, headers: _Headers) -> None:
        host = headers.get(b"host", b"")
        if host in self._known and b"host" not in headers.repeated:
            return
        named = None if b"host" in headers.repeated else _HOST.fullmatch(host.decode("latin-1"))
        if named is None or _bare(named.group("name")) not in self._hosts:
            raise Forbidden(
                "This server does not answer under the host name of this request.",
                next_step="Use the address it is bound to, or add the name to allowed_hosts in vestibule.yaml.",
            )
        if len(self._known) < _HOSTS_KNOWN:
            self._known.add(host)


class _Headers(dict[bytes, bytes]):
    """The first of each name, and the names that are `repeated`."""

    __slots__ = ("repeated",)

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.repeated: set[bytes] = set()
        for name, value in headers:
            if name in self:
                self.repeated.add(name)
            else:
                self[name] = value


def _check_path(path: str) -> None:
    if not path.isprintable():
        raise NotFound("There is nothing at this path.", next_step="It holds control characters: leave them out.")


def _check_origin(headers: _Headers) -> None:
    origin = headers.get(b"origin")
    if origin is None:
        return
    host = headers[b"host"].lower()
    if b"origin" in headers.repeated or origin.lower() not in (b"http://" + host, b"https://" + host):
        raise Forbidden(
            "A web page of another origin may not call this server.",
            next_step="Call it from your own server, or open the console under the server's own address.",
        )


def _check_body(headers: _Headers, limit: int, wanted: bytes) -> None:
    length = headers.get(b"content-length", b"0")
    if length == b"0" and b"transfer-encoding" not in headers:
        return
    refusal = _unreadable(headers, wanted)
    if refusal:
        raise refusal
    if int(length) > limit:
        raise too_large(limit)


def _unreadable(headers: _Headers, wanted: bytes) -> VestibuleError | None:
    sent = headers.get(b"content-type", b"")
    media_type, _, parameters = sent.lower().partition(b";")
    charset = parameters.strip().removeprefix(b"charset=").strip(b'"')
    if wanted == FORM and media_type.strip() != FORM:
        return UnsupportedMediaType("A file is sent as a form.", next_step="Send multipart/form-data.")
    if wanted == JSON and (media_type.strip() != JSON or charset not in (b"", b"utf-8", b"utf8")):
        return UnsupportedMediaType(
            "The body must be JSON in UTF-8.", next_step="Send the header Content-Type: application/json."
        )
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        return UnsupportedMediaType(
            "A compressed body is not read.", next_step="Send it without the header Content-Encoding."
        )
    return None


def _bare(name: str) -> str:
    return name.strip("[]").lower().rstrip(".")
