"""`POST /v1/responses`, whole or as typed events: a plain ASGI route over the same pipeline as chat.

An answer is stored before its end is told: who has seen a response completed can ask for it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import msgspec
from starlette.types import Receive, Scope, Send

from vestibule.conversations import StoredResponse
from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Caller
from vestibule.core.chat import Message
from vestibule.core.errors import NotFound, TooLarge, UpstreamFailed, VestibuleError
from vestibule.core.sensitivity import PrivacyClass
from vestibule.gateway.body import cancelled_when_client_leaves, read_body
from vestibule.gateway.caller import credential_of
from vestibule.gateway.choices import STREAM_HEADERS, answered
from vestibule.gateway.errors import MethodNotAllowed
from vestibule.gateway.limits import rate_headers
from vestibule.gateway.ports import Access, Pipeline
from vestibule.gateway.reply import send_reply
from vestibule.gateway.responses.events import Events
from vestibule.gateway.responses.items import Item, turns
from vestibule.gateway.responses.kept import Keeping, Kept, read
from vestibule.gateway.responses.reply import Response, call, closed, found, message, opened, search
from vestibule.gateway.responses.request import Asked, decode_response
from vestibule.gateway.wire.bounds import require_bounds

PATH = "/v1/responses"
SMALL = 65_536  # bytes that are read in about a millisecond; images and schemas take longer


class Responses:
    def __init__(self, pipeline: Pipeline, access: Access, keeping: Keeping) -> None:
        self._pipeline = pipeline
        self._access = access
        self._store = keeping.store
        self._days = keeping.days

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise MethodNotAllowed("POST")
        credential = credential_of(scope)
        caller = await self._access.authenticate(credential)
        body = await read_body(receive)
        asked = decode_response(body) if len(body) <= SMALL else await asyncio.to_thread(decode_response, body)
        history, level = await self._history(caller, asked)
        request = asked.chat(history, level)
        require_bounds(request, body)
        async with (
            cancelled_when_client_leaves(scope, receive),
            aclosing(answered(self._pipeline, credential, request)) as events,
        ):
            if request.stream:
                await self._stream(events, caller, asked, send)
            else:
                response = await self._whole(events, caller, asked)
                await send_reply(send, 200, msgspec.json.encode(response), self._rates(caller))

    def _rates(self, caller: Caller) -> dict[str, str]:
        return rate_headers(self._access.standing(caller))

    async def _history(self, caller: Caller, asked: Asked) -> tuple[tuple[Message, ...], PrivacyClass]:
        """The turns before, and the highest class that they had. Instructions do not go on."""
        previous = asked.body.previous_response_id
        if previous is None:
            return (), PrivacyClass.PUBLIC
        try:
            chain = await self._store.conversation(caller.tenant, previous, caller.clearance)
        except (NotFound, TooLarge) as error:
            error.param = "previous_response_id"
            raise
        return await asyncio.to_thread(_turns, chain), max(stored.level for stored in chain)

    async def _whole(self, events: AsyncGenerator[Event, None], caller: Caller, asked: Asked) -> Response:
        async for event in events:
            if isinstance(event, Completed):
                response = opened(asked, event.created, event.model)
                output: list[Item] = []
                if asked.searches:
                    output.append(msgspec.structs.replace(search(asked), results=found(event)))
                if event.text or not event.tool_calls:
                    output.append(message(event, response.id.replace("resp_", "msg_")))
                output += map(call, event.tool_calls)
                return await self._end(caller, asked, closed(response, event, output, int(time.time())), event)
        raise _cut()

    async def _stream(self, events: AsyncGenerator[Event, None], caller: Caller, asked: Asked, send: Send) -> None:
        first = await anext(events, None)
        if not isinstance(first, Opened):
            raise _cut()
        response = opened(asked, first.created, first.model)
        told = Events(response, search(asked) if asked.searches else None, results=asked.tells_results)
        headers = (STREAM_HEADERS | self._rates(caller)).items()
        raw = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await _send(send, b"".join(told.opening()))
        try:
            answer: Completed | None = None
            async for event in events:
                if isinstance(event, Delta):
                    await _send(send, b"".join(told.delta(event)))
                elif isinstance(event, Completed):
                    answer = event
            if answer is None:
                raise _cut()
            await _send(send, b"".join(told.closing(answer)))
            done = closed(response, answer, told.output, int(time.time()))
            last = told.end(await self._end(caller, asked, done, answer))
        except VestibuleError as error:
            last = told.failure(error)
        await send({"type": "http.response.body", "body": last})

    async def _end(self, caller: Caller, asked: Asked, response: Response, answer: Completed) -> Response:
        """Store it, unless that is not wanted. Return it as it is told."""
        if asked.stores:
            level = PrivacyClass.parse(answer.report.privacy.level)
            content = msgspec.json.encode(Kept(asked.input, response))
            previous = asked.body.previous_response_id
            until = datetime.now(UTC) + timedelta(days=self._days())
            await self._store.keep(caller.tenant, StoredResponse(response.id, level, content, previous), until)
        return response if asked.tells_results else response.without_results()


def _turns(chain: Sequence[StoredResponse]) -> tuple[Message, ...]:
    return turns([item for kept in map(read, chain) for item in (*kept.input, *kept.response.output)])


async def _send(send: Send, events: bytes) -> None:
    if events:
        await send({"type": "http.response.body", "body": events, "more_body": True})


def _cut() -> UpstreamFailed:
    return UpstreamFailed("The answer ended before it was complete.", next_step="Ask again.")
