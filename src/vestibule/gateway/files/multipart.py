"""Reads `multipart/form-data` (RFC 7578) as it arrives, so that a file lies neither in memory nor open on the disk.

Knows bytes and headers; bounded in everything but the content of parts, which the reader bounds.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

import msgspec

from vestibule.core.errors import InvalidRequest

MOST_PARTS = 16
HEAD_BYTES = 4096

_BOUNDARY = re.compile(
    rb'multipart/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))', re.I | re.S
)
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')


class Head(msgspec.Struct, frozen=True):
    """A part begins. `filename` is None for a plain field."""

    name: str
    filename: str | None


def boundary_of(content_type: bytes) -> bytes:
    """Raise `InvalidRequest` where it is no form."""
    found = _BOUNDARY.match(content_type.strip())
    if found is None:
        raise InvalidRequest(
            "The header Content-Type names no boundary.", next_step="Send multipart/form-data with its boundary."
        )
    return found.group(1) or found.group(2)


async def parts(body: AsyncIterator[bytes], boundary: bytes) -> AsyncIterator[Head | bytes]:
    """A `Head` for each part, then its content in pieces. Raise `InvalidRequest` for what is no form, or is cut off."""
    delimiter = b"\r\n--" + boundary
    reader = _Reader(body, b"\r\n")
    async for _ in reader.until(delimiter):
        pass
    for _ in range(MOST_PARTS):
        if await reader.take(2) == b"--":
            return
        reader.put_back()
        yield _head(await reader.head())
        async for piece in reader.until(delimiter):
            yield piece
    if await reader.take(2) != b"--":
        raise _wrong(f"it has more than {MOST_PARTS} parts")


class _Reader:
    def __init__(self, body: AsyncIterator[bytes], begun: bytes) -> None:
        self._body = body
        self._have = bytearray(begun)
        self._taken = b""

    async def until(self, mark: bytes) -> AsyncIterator[bytes]:
        """What comes before `mark`, which is dropped."""
        while (at := self._have.find(mark)) < 0:
            safe = len(self._have) - len(mark) + 1
            if safe > 0:
                yield bytes(self._have[:safe])
                del self._have[:safe]
            await self._more()
        if at:
            yield bytes(self._have[:at])
        del self._have[: at + len(mark)]

    async def head(self) -> bytes:
        """The header lines of a part, behind the rest of its delimiter's line."""
        while (at := self._have.find(b"\r\n\r\n")) < 0:
            if len(self._have) > HEAD_BYTES:
                raise _wrong("the head of a part is too long")
            await self._more()
        if at > HEAD_BYTES:
            raise _wrong("the head of a part is too long")
        head = bytes(self._have[:at])
        del self._have[: at + 4]
        return head

    async def take(self, count: int) -> bytes:
        while len(self._have) < count:
            await self._more()
        self._taken = bytes(self._have[:count])
        del self._have[:count]
        return self._taken

    def put_back(self) -> None:
        self._have[:0] = self._taken

    async def _more(self) -> None:
        async for piece in self._body:
            if piece:
                self._have += piece
                return
        raise _wrong("it ends too early")


def _head(head: bytes) -> Head:
    first, *lines = head.split(b"\r\n")
    if first.strip():
        raise _wrong("something stands behind a boundary")
    for line in lines:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            return _disposition(value.decode("utf-8", "replace").strip())
    raise _wrong("a part has no Content-Disposition")


def _disposition(said: str) -> Head:
    kind, mark, rest = said.partition(";")
    given = {m.group(1).lower(): _text(m.group(2), m.group(3)) for m in _PARAMETER.finditer(mark + rest)}
    if kind.strip().lower() != "form-data" or "name" not in given:
        raise _wrong("a part has no name")
    encoded = given.get("filename*", "")
    if encoded.lower().startswith("utf-8'"):
        return Head(given["name"], unquote(encoded.split("'", 2)[-1], errors="replace"))
    return Head(given["name"], given.get("filename"))


def _text(quoted: str | None, bare: str | None) -> str:
    """Browsers and libraries write a quotation mark in a name as %22 (WHATWG) or escape it."""
    if quoted is None:
        return bare or ""
    return re.sub(r"\\(.)", r"\1", quoted).replace("%22", '"').replace("%0D", " ").replace("%0A", " ")


def _wrong(why: str) -> InvalidRequest:
    return InvalidRequest(f"The body is no multipart form: {why}.", next_step="Send it as an HTTP library does.")
