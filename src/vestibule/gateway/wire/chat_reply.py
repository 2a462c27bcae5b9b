"""OpenAI's chat-completion object and its chunks, with our `vestibule` block beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.core.answer import Completed, FinishReason, Opened, Report, Usage
from vestibule.core.chat import ToolCall
from vestibule.gateway.wire.tools import WireToolCall, WireToolCallDelta, call_deltas, said_calls

DONE = b"data: [DONE]\n\n"


class WireUsage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ReplyMessage(msgspec.Struct, frozen=True):
    content: str | None
    role: Literal["assistant"] = "assistant"
    refusal: str | None = None
    tool_calls: tuple[WireToolCall, ...] | UnsetType = UNSET


class Choice(msgspec.Struct, frozen=True):
    message: ReplyMessage
    finish_reason: FinishReason
    index: int = 0
    logprobs: None = None


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
    logprobs: None = None


class ChatCompletionChunk(msgspec.Struct, frozen=True):
    id: str
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: WireUsage | UnsetType | None = UNSET
    vestibule: Report | UnsetType = UNSET
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


def completion(answer: Completed) -> bytes:
    called = said_calls(answer.tool_calls)
    message = ReplyMessage(None if called and not answer.text else answer.text, tool_calls=called or UNSET)
    choice = Choice(message, answer.finish_reason)
    return msgspec.json.encode(
        ChatCompletion(answer.id, answer.created, answer.model, (choice,), _usage(answer.usage), answer.report)
    )


class Chunks:
    """The events of one stream. With `include_usage` every chunk has `usage`, null in all but the last."""

    def __init__(self, include_usage: bool) -> None:
        self._usage: UnsetType | None = None if include_usage else UNSET
        self._opened = Opened("", 0, "")
        self._called = 0
        self._encoder = msgspec.json.Encoder()

    def opening(self, opened: Opened) -> bytes:
        self._opened = opened
        return self._event(self._chunk(ChunkChoice(ChunkDelta(role="assistant", content=""))))

    def delta(self, text: str) -> bytes:
        return self._event(self._chunk(ChunkChoice(ChunkDelta(content=text))))

    def calls(self, made: Sequence[ToolCall]) -> bytes:
        deltas = call_deltas(made, self._called)
        self._called += len(made)
        return self._event(self._chunk(ChunkChoice(ChunkDelta(tool_calls=deltas))))

    def closing(self, answer: Completed) -> list[bytes]:
        """The finish chunk, and the usage chunk if it was asked for; the last one carries the report."""
        finish = self._chunk(ChunkChoice(ChunkDelta(), answer.finish_reason))
        if self._usage is UNSET:
            return [self._event(msgspec.structs.replace(finish, vestibule=answer.report))]
        last = msgspec.structs.replace(finish, choices=(), usage=_usage(answer.usage), vestibule=answer.report)
        return [self._event(finish), self._event(last)]

    def _chunk(self, choice: ChunkChoice) -> ChatCompletionChunk:
        opened = self._opened
        return ChatCompletionChunk(opened.id, opened.created, opened.model, (choice,), self._usage)

    def _event(self, chunk: ChatCompletionChunk) -> bytes:
        return b"data: " + self._encoder.encode(chunk) + b"\n\n"


def _usage(usage: Usage) -> WireUsage:
    return WireUsage(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
