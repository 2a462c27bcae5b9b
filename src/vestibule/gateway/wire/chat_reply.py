"""OpenAI's chat-completion object and its chunks, with our `vestibule` block beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.core.answer import Completed, FinishReason, Opened, Report, Usage
from vestibule.core.chat import ToolCall
from vestibule.gateway.wire.logprobs import WireLogprobs
from vestibule.gateway.wire.tools import WireToolCall, WireToolCallDelta, call_deltas, said_calls

DONE = b"data: [DONE]\n\n"

_ENCODER = msgspec.json.Encoder()
_CONTENT = b'"content":'  # as a member: within a text its quotes would be escaped


class PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int


class WireUsage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails


class ReplyMessage(msgspec.Struct, frozen=True):
    content: str | None
    role: Literal["assistant"] = "assistant"
    refusal: str | None = None
    tool_calls: tuple[WireToolCall, ...] | UnsetType = UNSET


class Choice(msgspec.Struct, frozen=True):
    message: ReplyMessage
    finish_reason: FinishReason
    index: int = 0
    logprobs: WireLogprobs | None = None
    vestibule: Report | UnsetType = UNSET


class ChatCompletion(msgspec.Struct, frozen=True):
    id: str
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: WireUsage
    vestibule: Report
    object: Literal["chat.completion"] = "chat.completion"


class ChunkDelta(msgspec.Struct, frozen=True):
    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET
    tool_calls: tuple[WireToolCallDelta, ...] | UnsetType = UNSET


class ChunkChoice(msgspec.Struct, frozen=True):
    delta: ChunkDelta
    finish_reason: FinishReason | None = None
    index: int = 0
    logprobs: WireLogprobs | None = None
    vestibule: Report | UnsetType = UNSET


class ChatCompletionChunk(msgspec.Struct, frozen=True):
    id: str
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: WireUsage | UnsetType | None = UNSET
    vestibule: Report | UnsetType = UNSET
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


def completion(answer: Completed) -> bytes:
    choice = Choice(reply_message(answer), answer.finish_reason)
    return _ENCODER.encode(
        ChatCompletion(answer.id, answer.created, answer.model, (choice,), usage_of(answer.usage), answer.report)
    )


def reply_message(answer: Completed) -> ReplyMessage:
    called = said_calls(answer.tool_calls)
    return ReplyMessage(None if called and not answer.text else answer.text, tool_calls=called or UNSET)


class Chunks:
    """The events of one stream. With `include_usage` every chunk has `usage`, null in all but the last."""

    def __init__(self, include_usage: bool) -> None:
        self._usage: UnsetType | None = None if include_usage else UNSET
        self._opened = Opened("", 0, "")
        self._called = 0
        self._around = (b"", b"")

    def opening(self, opened: Opened) -> bytes:
        self._opened = opened
        empty = self._event(self._chunk(ChunkChoice(ChunkDelta(content=""))))
        head, content, tail = empty.partition(_CONTENT)
        self._around = head + content, tail.removeprefix(b'""')
        return self._event(self._chunk(ChunkChoice(ChunkDelta(role="assistant", content=""))))

    def deltas(self, texts: Sequence[str]) -> bytes:
        """An event for each text. They differ in that alone, so that the rest is encoded once a stream."""
        head, tail = self._around
        return b"".join([head + _ENCODER.encode(text) + tail for text in texts])

    def calls(self, made: Sequence[ToolCall]) -> bytes:
        deltas = call_deltas(made, self._called)
        self._called += len(made)
        return self._event(self._chunk(ChunkChoice(ChunkDelta(tool_calls=deltas))))

    def closing(self, answer: Completed) -> bytes:
        """The finish chunk, and the usage chunk if it was asked for; the last one carries the report. Then the end."""
        finish = self._chunk(ChunkChoice(ChunkDelta(), answer.finish_reason))
        if self._usage is UNSET:
            return self._event(msgspec.structs.replace(finish, vestibule=answer.report)) + DONE
        last = msgspec.structs.replace(finish, choices=(), usage=usage_of(answer.usage), vestibule=answer.report)
        return self._event(finish) + self._event(last) + DONE

    def _chunk(self, choice: ChunkChoice) -> ChatCompletionChunk:
        opened = self._opened
        return ChatCompletionChunk(opened.id, opened.created, opened.model, (choice,), self._usage)

    def _event(self, chunk: ChatCompletionChunk) -> bytes:
        return b"data: " + _ENCODER.encode(chunk) + b"\n\n"


def usage_of(usage: Usage) -> WireUsage:
    details = PromptDetails(usage.cached_tokens)
    return WireUsage(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, details)
