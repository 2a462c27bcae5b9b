"""Several answers to one chat request, made side by side, each a request of its own to the pipeline: admitted, cleared,
counted and recorded. Also answers that may call one function at a time, or that tell how probable they were.

Apart from the fast path of `chat.py`, which hands over what asks for any of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import TypeVar

from msgspec.structs import replace
from starlette.types import Send

from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.errors import UpstreamFailed
from vestibule.gateway.ports import Pipeline
from vestibule.gateway.reply import send_reply
from vestibule.gateway.wire.choices import ChoiceChunks, completions

T = TypeVar("T")
Rates = Callable[[], Mapping[str, str]]

STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}


class Choices:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    @staticmethod
    def are_asked(request: ChatRequest) -> bool:
        return request.choices > 1 or not request.parallel_calls or request.sampling.logprobs is not None

    async def send(self, credential: Credential, request: ChatRequest, send: Send, rates: Rates) -> None:
        """Answer `request`. Raise what the first choice that fails raises: the others are cancelled."""
        wanted = _each(request)
        if request.stream:
            stream = _Stream(ChoiceChunks(len(wanted), include_usage=request.include_usage), send, rates)
            await _side_by_side([stream.tell(index, self._run(credential, one)) for index, one in enumerate(wanted)])
        else:
            answers = await _side_by_side([_completed(self._run(credential, one)) for one in wanted])
            await send_reply(send, 200, completions(answers), rates())

    def _run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        return answered(self._pipeline, credential, request)


def answered(pipeline: Pipeline, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
    """The events of an answer, with no more calls of functions at once than the request allows."""
    events = pipeline.run(credential, request)
    return events if request.parallel_calls else _one_call(events)


async def _one_call(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """Of calls that are made together the first: its result decides what is called next."""
    called = False
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Delta) and event.tool_calls:
                yield replace(event, tool_calls=() if called else event.tool_calls[:1])
                called = True
            elif isinstance(event, Completed):
                yield replace(event, tool_calls=event.tool_calls[:1])
            else:
                yield event


def _each(request: ChatRequest) -> list[ChatRequest]:
    """The request once for each choice. Several are made anew, each with a seed of its own."""
    if request.choices == 1:
        return [request]
    options = replace(request.options, cache="bypass")
    seed = request.sampling.seed
    return [
        replace(
            request,
            choices=1,
            options=options,
            sampling=replace(request.sampling, seed=None if seed is None else _seed(seed + index)),
        )
        for index in range(request.choices)
    ]


def _seed(wanted: int) -> int:
    """Within 64 bits, with a sign."""
    return (wanted + 2**63) % 2**64 - 2**63


class _Stream:
    """One event stream that several answers are told into. Its head waits for the first that opens."""

    def __init__(self, chunks: ChoiceChunks, send: Send, rates: Rates) -> None:
        self._chunks = chunks
        self._send = send
        self._rates = rates
        self._sending = asyncio.Lock()
        self._begun = False

    async def tell(self, index: int, events: AsyncGenerator[Event, None]) -> None:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Opened):
                    await self._say(self._chunks.opening(index, event))
                elif isinstance(event, Delta):
                    await self._say(self._chunks.delta(index, event))
                else:
                    closing = self._chunks.closing(index, event)
                    await self._say(closing, more=not self._chunks.are_told)
                    return
        raise _cut()

    async def _say(self, body: bytes, *, more: bool = True) -> None:
        async with self._sending:
            if not self._begun:
                self._begun = True
                headers = [(n.encode(), v.encode()) for n, v in (STREAM_HEADERS | dict(self._rates())).items()]
                await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._send({"type": "http.response.body", "body": body, "more_body": more})


async def _completed(events: AsyncGenerator[Event, None]) -> Completed:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Completed):
                return event
    raise _cut()


async def _side_by_side(working: Sequence[Coroutine[None, None, T]]) -> list[T]:
    """What all of them return. Raise what the first that fails raises; the others are cancelled and waited for."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in working]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


def _cut() -> UpstreamFailed:
    return UpstreamFailed("The answer ended before it was complete.", next_step="Ask again.")
