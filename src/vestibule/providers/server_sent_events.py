"""The data of server-sent events, however the bytes were cut. Knows nothing of what the data mean.

Source: WHATWG HTML, 9.2.6 "Interpreting an event stream". Comments (keep-alives), names and ids of events are passed
over. What is no event stream at all, as a page that says "Bad gateway" with status 200, is told at its first line, or
at its end where it has none.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

from vestibule.core.errors import UpstreamFailed
from vestibule.core.time_limit import TimeLimit

LINE = 1_048_576
AFTER_THE_FINISH_S = 2.0
AFTER_THE_END_S = 0.25

_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"[A-Za-z_-]{0,64}(:|$)")
_NAMES = (b"data", b"event", b"id", b"retry")


class EventStream:
    """The events of a body, those together that came together: an answer costs its readers by how often something
    comes, not by how many events it has."""

    def __init__(self, body: AsyncGenerator[bytes, None], provider: str) -> None:
        self._body = body
        self._provider = provider
        self._lines = _Lines(provider)
        self._data: list[bytes] = []
        self._size = 0
        self._failure: UpstreamFailed | None = None
        self._limit = TimeLimit()

    async def together(self, within_s: float | None = None) -> list[bytes]:
        """The data of the next events; nothing at the end. A line without an end was cut off and is dropped; an event
        whose lines are whole is not, though the empty line behind it be missing.

        With `within_s` the answer is whole: what follows is waited for no longer than that, and a stream that is cut or
        silent then has just ended. Raise `UpstreamFailed` for a line or an event without end, and for what is no event
        stream, after the events before it.
        """
        if self._failure:
            raise self._failure
        try:
            if within_s is None:
                return await self._next()
            with self._limit.within(within_s):
                return await self._next()
        except TimeoutError:
            return []
        except UpstreamFailed as failure:
            if within_s is None or failure.fault not in ("cut", "silent"):
                raise
            return []

    async def _next(self) -> list[bytes]:
        async for piece in self._body:
            events: list[bytes] = []
            try:
                self._take(piece, events)
            except UpstreamFailed as failure:
                if not events:
                    raise
                self._failure = failure
            if events:
                return events
        cut_off = self._lines.rest
        if cut_off and not _may_begin_a_field(cut_off):
            raise self._no_stream(cut_off)
        rest, self._data = self._data, []
        return [b"\n".join(rest)] if rest else []

    def _take(self, piece: bytes, events: list[bytes]) -> None:
        for line in self._lines.feed(piece):
            if line[:5] == b"data:":
                self._data.append(line[5:].strip())
                self._size += len(line)
                if self._size > LINE:
                    raise _malformed(f"{self._provider} sent an event of more than {LINE} bytes.")
            elif not line and self._data:
                events.append(b"\n".join(self._data) if len(self._data) > 1 else self._data[0])
                self._data, self._size = [], 0
            elif not _FIELD.match(line):
                raise self._no_stream(line)

    def _no_stream(self, line: bytes) -> UpstreamFailed:
        if line.lstrip().startswith(b"<"):
            return _malformed(f"{self._provider} answered with a page, as a proxy or a sign-in on the way does.")
        return _malformed(f"{self._provider} sent something that is no stream of events.")


class _Lines:
    """Cuts pieces into lines, which end with LF, CR LF or CR."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._held: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

    @property
    def rest(self) -> bytes:
        """The line that has not ended."""
        rest = b"".join(self._held)
        return rest.removeprefix(_BOM) if self._first else rest

    def feed(self, piece: bytes) -> list[bytes]:
        if self._after_cr:
            piece = piece.removeprefix(b"\n")
        self._after_cr = piece.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = piece.split(b"\n")
        if lines:
            lines[0] = b"".join((*self._held, lines[0]))
            self._held, self._size = [], 0
            if self._first:
                lines[0], self._first = lines[0].removeprefix(_BOM), False
        self._held.append(rest)
        self._size += len(rest)
        if self._size > LINE:
            raise _malformed(f"{self._provider} sent a line of more than {LINE} bytes.")
        return lines


def _may_begin_a_field(rest: bytes) -> bool:
    """Whether what was cut off may have been a line of an event stream."""
    return bool(_FIELD.match(rest)) and (b":" in rest or any(name.startswith(rest) for name in _NAMES))


def _malformed(message: str) -> UpstreamFailed:
    return UpstreamFailed(message, next_step="Check `url` of that provider in vestibule.yaml.", fault="malformed")
