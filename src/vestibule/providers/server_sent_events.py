"""The data of server-sent events, however the bytes were cut. Knows nothing of what the data mean.

Source: WHATWG HTML, 9.2.6 "Interpreting an event stream". Comments (keep-alives), names and ids of events are passed
over. What is no event stream at all, as a page that says "Bad gateway" with status 200, is told at its first line.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable

from vestibule.core.errors import UpstreamFailed

LINE = 1_048_576
AFTER_THE_FINISH_S = 2.0
AFTER_THE_END_S = 0.25

_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"[A-Za-z_-]{0,64}(:|$)")


async def event_data(body: AsyncGenerator[bytes, None], provider: str) -> AsyncGenerator[bytes, None]:
    """Yield the data of each event. A line without an end was cut off and is dropped; an event whose lines are whole is
    not, though the empty line behind it be missing. Raise `UpstreamFailed` for a line or an event without end, and for
    what is no event stream."""
    lines = _Lines(provider)
    data: list[bytes] = []
    size = 0
    async for piece in body:
        for line in lines.feed(piece):
            if line.startswith(b"data:"):
                data.append(line[5:].strip())
                size += len(line)
                if size > LINE:
                    raise _malformed(f"{provider} sent an event of more than {LINE} bytes.")
            elif not line and data:
                yield b"\n".join(data)
                data, size = [], 0
            elif not _FIELD.match(line):
                raise _malformed(f"{provider} sent something that is no stream of events.")
    if data:
        yield b"\n".join(data)


async def until_over(
    events: AsyncGenerator[bytes, None], patience_s: Callable[[], float | None]
) -> AsyncGenerator[bytes, None]:
    """The events. Once `patience_s` names a time, the answer is whole: what follows is waited for no longer than that,
    and a stream that is cut or silent then has just ended."""
    while True:
        wait_s = patience_s()
        try:
            if wait_s is None:
                data = await anext(events)
            else:
                async with asyncio.timeout(wait_s):
                    data = await anext(events)
        except (StopAsyncIteration, TimeoutError):
            return
        except UpstreamFailed as failure:
            if wait_s is None or failure.fault not in ("cut", "silent"):
                raise
            return
        yield data


class _Lines:
    """Cuts pieces into lines, which end with LF, CR LF or CR."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._held: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

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


def _malformed(message: str) -> UpstreamFailed:
    return UpstreamFailed(message, next_step="Check `url` of that provider in vestibule.yaml.", fault="malformed")
