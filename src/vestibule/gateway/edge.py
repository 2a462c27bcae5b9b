"""The outermost layer: every request gets an id, and every error leaves in OpenAI's shape.

Once a status is out an error can only be told inside an event stream; any other response is cut, never completed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.gateway.body import ClientGone
from vestibule.gateway.errors import RequestTimeout, body_of, headers_of, internal, status_of
from vestibule.gateway.reply import send_reply

REQUEST_ID = "vestibule.request_id"
DRAIN_S = 5.0

_log = structlog.stdlib.get_logger("vestibule.gateway")


class Edge:
    """Who is cancelled while the server is `stopping` is told why the answer ends."""

    def __init__(self, app: ASGIApp, stopping: Callable[[], bool] = lambda: False) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(receive, send, f"req_{os.urandom(8).hex()}")
        scope[REQUEST_ID] = response.id
        try:
            await self._app(scope, response.receive, response.send)
        except ClientGone:
            return
        except VestibuleError as error:
            await response.fail(error)
        except asyncio.CancelledError:
            if not self._stopping():
                raise
            await response.fail(_stopped())
        except Exception as error:  # noqa: BLE001 — the outermost edge: log where, tell the caller only the id
            _log.error("request_failed", request_id=response.id, method=scope["method"], exc_info=error)
            await response.fail(internal(response.id))


def _stopped() -> Unavailable:
    return Unavailable("The server was stopped before the answer was complete.", next_step="Ask again.")


class _Response:
    """What has been read and sent so far decides how an error can still be told."""

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self.id = request_id
        self._receive = receive
        self._send = send
        self._body_read = False
        self._started = self._finished = False
        self._headers: list[tuple[bytes, bytes]] = []

    async def receive(self) -> Message:
        message = await self._receive()
        self._body_read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            self._headers = message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.id.encode())]
        else:
            self._finished = not message.get("more_body", False)
        await self._send(message)

    async def fail(self, error: VestibuleError) -> None:
        if not self._started:
            then = None if isinstance(error, RequestTimeout) else self._drain
            await send_reply(self.send, status_of(error), body_of(error), headers_of(error), then=then)
        elif self._is_event_stream and not self._finished:
            # no [DONE] follows: an official client raises APIError, and nothing looks complete
            await self.send({"type": "http.response.body", "body": b"data: " + body_of(error) + b"\n\n"})

    @property
    def _is_event_stream(self) -> bool:
        return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in self._headers)

    async def _drain(self) -> None:
        """Take what is left of the body, and drop it: closing while the client still sends would reset the connection
        before it has read the reply."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while not self._body_read:
                    await self.receive()
