"""`POST /v1/chat/completions`, whole or as server-sent events: a plain ASGI route, the fast path.

Knows how an answer travels, not how it is found. Errors are raised to the edge, which tells them before the first
byte with a status and after it inside the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from starlette.types import Receive, Scope, Send

from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Caller
from vestibule.core.errors import UpstreamFailed
from vestibule.gateway.body import cancelled_when_client_leaves, read_body
from vestibule.gateway.caller import credential_of
from vestibule.gateway.choices import Choices
from vestibule.gateway.errors import MethodNotAllowed
from vestibule.gateway.limits import rate_headers
from vestibule.gateway.ports import Access, Pipeline
from vestibule.gateway.reply import send_reply
from vestibule.gateway.wire.chat_reply import Chunks, completion
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
        self._choices = Choices(pipeline)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise MethodNotAllowed("POST")
        credential = credential_of(scope)
        # the pipeline authenticates too; here it keeps a stranger's body from being read at all
        caller = await self._access.authenticate(credential)
        body = await read_body(receive)
        request = decode_chat(body) if len(body) <= SMALL else await asyncio.to_thread(decode_chat, body)
        if Choices.are_asked(request):
            async with cancelled_when_client_leaves(scope, receive):
                await self._choices.send(credential, request, send, lambda: self._rates(caller))
            return
        async with (
            cancelled_when_client_leaves(scope, receive),
            aclosing(self._pipeline.run(credential, request)) as events,
        ):
            if request.stream:
                await _send_stream(events, Chunks(request.include_usage), send, lambda: self._rates(caller))
            else:
                reply = completion(await _completed(events))
                await send_reply(send, 200, reply, self._rates(caller))

    def _rates(self, caller: Caller) -> dict[str, str]:
        return rate_headers(self._access.standing(caller))


async def _completed(events: AsyncIterator[Event]) -> Completed:
    """To the end: a generation that is left before its end is cancelled, which costs more."""
    answer = None
    async for event in events:
        if isinstance(event, Completed):
            answer = event
    if answer is None:
        raise _cut()
    return answer


async def _send_stream(
    events: AsyncGenerator[Event, None], chunks: Chunks, send: Send, rates: Callable[[], dict[str, str]]
) -> None:
    opened = await anext(events, None)
    if not isinstance(opened, Opened):
        raise _cut()
    # what comes at once goes out at once: the opening waits for the first piece, which is there already
    body, started, whole = chunks.opening(opened), False, False
    async for event in events:
        whole = isinstance(event, Completed)
        if isinstance(event, Delta):
            if event.text:
                body += chunks.deltas(event.parts or (event.text,))
            if event.tool_calls:
                body += chunks.calls(event.tool_calls)
        elif isinstance(event, Completed):
            body += chunks.closing(event)
        if not started:
            started = True
            said = [(name.encode(), value.encode()) for name, value in rates().items()]
            await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM_HEADERS, *said]})
        await send({"type": "http.response.body", "body": body, "more_body": not whole})
        body = b""
    if not whole:
        raise _cut()


def _cut() -> UpstreamFailed:
    return UpstreamFailed("The answer ended before it was complete.", next_step="Ask again.")
