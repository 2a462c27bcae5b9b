"""`POST /v1/chat/completions`, whole or as server-sent events: a plain ASGI route, the fast path.

Knows how an answer travels, not how it is found. Errors are raised to the edge, which tells them before the first
byte with a status and after it inside the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.types import Receive, Scope, Send

from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.errors import UpstreamFailed
from vestibule.gateway.body import cancelled_when_client_leaves, read_body
from vestibule.gateway.caller import credential_of
from vestibule.gateway.errors import MethodNotAllowed
from vestibule.gateway.ports import Access, Pipeline
from vestibule.gateway.reply import send_reply
from vestibule.gateway.wire.chat_reply import DONE, Chunks, completion
from vestibule.gateway.wire.chat_request import decode_chat

PATH = "/v1/chat/completions"
SMALL = 65_536  # bytes that are read in about a millisecond; images and schemas take longer

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class ChatCompletions:
    def __init__(self, pipeline: Pipeline, access: Access) -> None:
        self._pipeline = pipeline
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise MethodNotAllowed("POST")
        credential = credential_of(scope)
        # the pipeline authenticates too; here it keeps a stranger's body from being read at all
        await self._access.authenticate(credential)
        body = await read_body(receive)
        request = decode_chat(body) if len(body) <= SMALL else await asyncio.to_thread(decode_chat, body)
        async with (
            cancelled_when_client_leaves(receive),
            aclosing(self._pipeline.run(credential, request)) as events,
        ):
            if request.stream:
                await _send_stream(events, Chunks(request.include_usage), send)
            else:
                await send_reply(send, 200, completion(await _completed(events)))


async def _completed(events: AsyncIterator[Event]) -> Completed:
    async for event in events:
        if isinstance(event, Completed):
            return event
    raise _cut()


async def _send_stream(events: AsyncGenerator[Event, None], chunks: Chunks, send: Send) -> None:
    opened = await anext(events, None)
    if not isinstance(opened, Opened):
        raise _cut()
    await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
    await _send_event(send, chunks.opening(opened))
    async for event in events:
        if isinstance(event, Delta):
            if event.text:
                await _send_event(send, chunks.delta(event.text))
            if event.tool_calls:
                await _send_event(send, chunks.calls(event.tool_calls))
        elif isinstance(event, Completed):
            for chunk in chunks.closing(event):
                await _send_event(send, chunk)
            await send({"type": "http.response.body", "body": DONE})
            return
    raise _cut()


async def _send_event(send: Send, event: bytes) -> None:
    await send({"type": "http.response.body", "body": event, "more_body": True})


def _cut() -> UpstreamFailed:
    return UpstreamFailed("The answer ended before it was complete.", next_step="Ask again.")
