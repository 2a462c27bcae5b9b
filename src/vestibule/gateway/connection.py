"""A client's connection, before it is a request: bounds of the head, of waiting, of how many there are.

Framing is the parser's business: llhttp refuses two lengths, a length beside chunks, folded lines and bare line feeds.
Here is what it and uvicorn leave open. Knows no route and no key.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from vestibule.core.errors import InvalidRequest, QueueFull, VestibuleError
from vestibule.gateway.body import LEAVING
from vestibule.gateway.errors import HeadTooLarge, RequestTimeout, body_of, status_of

MOST = 10_000
KEPT_BACK = 256  # open files for the database, models and documents
_SOFT, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
_FILES = MOST + KEPT_BACK if _SOFT == resource.RLIM_INFINITY else _SOFT


class _Refused(Exception):
    """Raised through the parser, which then reads no further."""


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol within bounds. Sizes in bytes, times in seconds; a head is a request's line and its fields.

    Who sends no whole head within `head_timeout_s`, or takes nothing of an answer for `reader_timeout_s`, is let go.
    Where there are `most` connections an idle one makes room for the next.
    """

    head_bytes: ClassVar[int] = 32_768
    head_fields: ClassVar[int] = 100
    head_timeout_s: ClassVar[float] = 10.0
    reader_timeout_s: ClassVar[float] = 60.0
    pipelined: ClassVar[int] = 8
    most: ClassVar[int] = max(64, min(MOST, _FILES - KEPT_BACK))

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = False
        self._head_size = self._fields = 0
        self._unread = 0  # bytes that came since the parser last made something of them
        self._refusal: VestibuleError | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None
        self._gone: Callable[[], None] | None = None

    @property
    def is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._give_up_head)
        if len(self.connections) > self.most:
            self._make_room()

    def _make_room(self) -> None:
        others = (c for c in self.connections if isinstance(c, Connection) and c is not self)
        idle = next((c for c in others if c.is_idle and not c.transport.is_closing()), None)
        if idle:
            idle.transport.abort()
        else:
            self._refuse(QueueFull("There are as many connections as can be served.", next_step="Ask again later."))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)
        self._say_gone()
        # where it broke, uvicorn leaves this one running
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unread += len(data)
        super().data_received(data)
        if self.transport is None or self.transport.is_closing():
            return
        if self._unread > self.head_bytes:
            self._refusal = self._too_large()
            self.send_400_response("")
        elif self._head_timer is None and self.is_idle:
            self._head_timer = self.loop.call_later(self.head_timeout_s, self._give_up_head)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[LEAVING] = self._when_gone  # type: ignore[literal-required]  # no ASGI extension: for us
        self._in_head = True
        self._head_size = self._fields = 0

    def on_url(self, url: bytes) -> None:
        self._head_size += len(url)
        if self._head_size > self.head_bytes:
            self._stop(self._too_large())
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        self._head_size += len(name) + len(value)
        if self._head_size > self.head_bytes or self._fields > self.head_fields:
            self._stop(self._too_large())
        # a trailer comes after everything was looked at: uvicorn would make a header of it
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unread = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        self._check_head()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def _when_gone(self, tell: Callable[[], None] | None) -> None:
        """Have the request under way told, once, that its client is gone; None where that need not be any more."""
        self._gone = tell
        if tell is None:
            return
        if self.transport.is_closing():
            self.loop.call_soon(self._say_gone)
        else:
            self.flow.resume_reading()  # a long body stops it, and then nobody hears of the end

    def _say_gone(self) -> None:
        tell, self._gone = self._gone, None
        if tell:
            tell()

    def _check_head(self) -> None:
        version = self.parser.get_http_version()
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if version not in ("1.0", "1.1"):
            self._stop(InvalidRequest("This server speaks HTTP/1.1.", next_step="Send a version and a Host."))
        if codings and (version == "1.0" or [coding.lower() for coding in codings] != [b"chunked"]):
            self._stop(InvalidRequest("Of transfer codings only `chunked` is read.", next_step="Send no other."))
        if not self.url.startswith(b"/") and self.url != b"*":
            self._stop(InvalidRequest("This server is no proxy.", next_step="Ask for a path: /v1/models."))
        if self.parser.should_upgrade():
            self._stop(InvalidRequest("No other protocol is spoken here.", next_step="Send no header Upgrade."))
        if len(self.pipeline) >= self.pipelined:
            self._stop(InvalidRequest("Too many requests were sent ahead.", next_step="Wait for an answer first."))

    def _stop(self, refusal: VestibuleError) -> None:
        self._refusal = refusal
        raise _Refused

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, and close. The answer to a request that was whole is sent first, and nothing is
        ever written into an answer."""
        refusal = self._refusal or InvalidRequest("This is not HTTP/1.1.", next_step="See RFC 9112.")
        self.pipeline.clear()
        if self.is_idle or (self.cycle.more_body and not self.cycle.response_started):
            self._refuse(refusal)
        elif self.cycle.more_body:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def _refuse(self, refusal: VestibuleError) -> None:
        body = body_of(refusal)
        fields = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
        self._stop_timers()
        self.transport.write(STATUS_LINE[status_of(refusal)] + head + b"\r\n" + body)
        self.transport.close()

    def _give_up_head(self) -> None:
        self._head_timer = None
        if self._in_head:
            late = f"The head of the request did not arrive within {self.head_timeout_s:g} s."
            self._refuse(RequestTimeout(late, next_step="Send it at once."))
        elif self.is_idle:
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reader_timer = self.loop.call_later(self.reader_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reader_timer:
            self._reader_timer.cancel()

    def _stop_timers(self) -> None:
        for timer in (self._head_timer, self._reader_timer):
            if timer:
                timer.cancel()

    def _too_large(self) -> HeadTooLarge:
        return HeadTooLarge(
            f"The head of the request has over {self.head_bytes} bytes or over {self.head_fields} fields.",
            next_step="Send fewer and shorter headers.",
        )
