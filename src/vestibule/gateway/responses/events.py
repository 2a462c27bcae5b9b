"""The typed events of one streamed response, numbered, in the order OpenAI sends them.

Source: OpenAI's API description, `ResponseStreamEvent`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from vestibule.core.answer import Completed, Delta
from vestibule.core.chat import ToolCall
from vestibule.core.errors import VestibuleError
from vestibule.gateway.responses.items import FileSearchCall, FunctionCall, Item, MessageItem, OutputText, new_id
from vestibule.gateway.responses.reply import Response, call, failed, found, message, output_text
from vestibule.gateway.wire.logprobs import wire_tokens

_ENCODER = msgspec.json.Encoder()


class Events:
    """Tells one response as server-sent events, and remembers what it has told: `output` is what stands so far."""

    def __init__(self, response: Response, search: FileSearchCall | None, *, results: bool) -> None:
        self.output: list[Item] = []
        self._response = response
        self._search = search
        self._results = results
        self._number = 0
        self._message_id = new_id("msg")
        self._message_at: int | None = None

    def opening(self) -> Iterator[bytes]:
        """The response is made, and what was searched for. Where results are told, the search is done only when it is
        known what the answer rests on."""
        yield self._event("response.created", response=self._response)
        yield self._event("response.in_progress", response=self._response)
        if self._search:
            begun = replace(self._search, status="in_progress")
            yield from self._added(begun)
            for step in ("in_progress", "searching", "completed"):
                yield self._event(f"response.file_search_call.{step}", item_id=begun.id, output_index=0)
            if not self._results:
                yield self._done(0, self._search)

    def delta(self, delta: Delta) -> Iterator[bytes]:
        parts = () if delta.logprobs else delta.parts
        for piece in parts or ((delta.text,) if delta.text else ()):
            if self._message_at is None:
                yield from self._begin_message()
            logprobs = wire_tokens(delta.logprobs)
            yield self._event("response.output_text.delta", **self._place(), delta=piece, logprobs=logprobs)
        yield from self._calls(delta.tool_calls)

    def _calls(self, made: Sequence[ToolCall]) -> Iterator[bytes]:
        """Calls of functions come whole: each with one delta."""
        for one in made:
            item = call(one)
            at = len(self.output)
            place = {"item_id": item.id, "output_index": at}
            yield from self._added(replace(item, arguments="", status="in_progress"))
            yield self._event("response.function_call_arguments.delta", **place, delta=item.arguments)
            yield self._event(
                "response.function_call_arguments.done", **place, name=item.name, arguments=item.arguments
            )
            yield self._done(at, item)

    def closing(self, answer: Completed) -> Iterator[bytes]:
        """What is left to be told of the answer, but for the response itself."""
        if self._message_at is None and not any(isinstance(item, FunctionCall) for item in self.output):
            yield from self._begin_message()
        if self._message_at is not None:
            yield from self._end_message(answer, self._message_at)
        if self._search:
            searched = replace(self._search, results=found(answer))
            if self._results:
                yield self._done(0, searched)
            self.output[0] = searched

    def end(self, response: Response) -> bytes:
        return self._event(f"response.{response.status}", response=response)

    def failure(self, error: VestibuleError) -> bytes:
        return self._event("response.failed", response=failed(self._response, error, self.output))

    def _begin_message(self) -> Iterator[bytes]:
        self._message_at = len(self.output)
        yield from self._added(MessageItem(self._message_id, "assistant", (), "in_progress"))
        yield self._event("response.content_part.added", **self._place(), part=OutputText(""))

    def _end_message(self, answer: Completed, at: int) -> Iterator[bytes]:
        said = output_text(answer)
        for index, annotation in enumerate(said.annotations):
            yield self._event(
                "response.output_text.annotation.added",
                **self._place(),
                annotation_index=index,
                annotation=annotation,
            )
        yield self._event("response.output_text.done", **self._place(), text=said.text, logprobs=said.logprobs)
        yield self._event("response.content_part.done", **self._place(), part=said)
        yield self._done(at, message(answer, self._message_id))

    def _place(self) -> dict[str, object]:
        return {"item_id": self._message_id, "output_index": self._message_at, "content_index": 0}

    def _added(self, item: Item) -> Iterator[bytes]:
        at = len(self.output)
        self.output.append(item)
        yield self._event("response.output_item.added", output_index=at, item=item)

    def _done(self, at: int, item: Item) -> bytes:
        self.output[at] = item
        return self._event("response.output_item.done", output_index=at, item=item)

    def _event(self, kind: str, **fields: object) -> bytes:
        data = _ENCODER.encode({"type": kind, "sequence_number": self._number, **fields})
        self._number += 1
        return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
