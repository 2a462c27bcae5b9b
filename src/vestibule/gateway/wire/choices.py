"""OpenAI's chat completion with several choices, whole and in chunks: each is an answer of its own, with its report.

`usage` is that of all of them together. The report beside the choices is that of the first.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from vestibule.core.answer import Completed, Delta, Opened, Usage
from vestibule.gateway.wire.chat_reply import (
    DONE,
    ChatCompletion,
    ChatCompletionChunk,
    Choice,
    ChunkChoice,
    ChunkDelta,
    reply_message,
    usage_of,
)
from vestibule.gateway.wire.logprobs import wire_logprobs
from vestibule.gateway.wire.tools import call_deltas

_ENCODER = msgspec.json.Encoder()


def completions(answers: Sequence[Completed]) -> bytes:
    first = answers[0]
    several = len(answers) > 1
    choices = tuple(
        Choice(
            reply_message(answer),
            answer.finish_reason,
            index,
            None if answer.logprobs is None else wire_logprobs(answer.logprobs),
            answer.report if several else UNSET,
        )
        for index, answer in enumerate(answers)
    )
    used = usage_of(_together([answer.usage for answer in answers]))
    return _ENCODER.encode(ChatCompletion(first.id, first.created, first.model, choices, used, first.report))


class ChoiceChunks:
    """The events of one stream of `count` choices, in whatever order they come."""

    def __init__(self, count: int, *, include_usage: bool) -> None:
        self._usage: UnsetType | None = None if include_usage else UNSET
        self._opened: Opened | None = None
        self._called = [0] * count
        self._answers: list[Completed | None] = [None] * count

    @property
    def are_told(self) -> bool:
        return None not in self._answers

    def opening(self, index: int, opened: Opened) -> bytes:
        """All chunks carry the id of the choice that opened first."""
        self._opened = self._opened or opened
        return self._event(ChunkChoice(ChunkDelta(role="assistant", content=""), index=index))

    def delta(self, index: int, delta: Delta) -> bytes:
        pieces = delta.parts or ((delta.text,) if delta.text else ())
        if delta.logprobs:  # of all of its text
            said = ChunkChoice(ChunkDelta(content=delta.text), index=index, logprobs=wire_logprobs(delta.logprobs))
            told = [self._event(said)]
        else:
            told = [self._event(ChunkChoice(ChunkDelta(content=piece), index=index)) for piece in pieces]
        if delta.tool_calls:
            calls = call_deltas(delta.tool_calls, self._called[index])
            self._called[index] += len(calls)
            told.append(self._event(ChunkChoice(ChunkDelta(tool_calls=calls), index=index)))
        return b"".join(told)

    def closing(self, index: int, answer: Completed) -> bytes:
        """The finish of one choice; behind the last one's what is said of all, and the end."""
        self._answers[index] = answer
        done = [found for found in self._answers if found is not None]
        several = len(self._answers) > 1
        choice = ChunkChoice(ChunkDelta(), answer.finish_reason, index, vestibule=answer.report if several else UNSET)
        if len(done) < len(self._answers):
            return self._event(choice)
        finish = self._chunk(choice)
        if self._usage is UNSET:
            return _encoded(replace(finish, vestibule=done[0].report)) + DONE
        used = usage_of(_together([found.usage for found in done]))
        last = replace(finish, choices=(), usage=used, vestibule=done[0].report)
        return _encoded(finish) + _encoded(last) + DONE

    def _event(self, choice: ChunkChoice) -> bytes:
        return _encoded(self._chunk(choice))

    def _chunk(self, choice: ChunkChoice) -> ChatCompletionChunk:
        assert self._opened is not None
        return ChatCompletionChunk(self._opened.id, self._opened.created, self._opened.model, (choice,), self._usage)


def _encoded(chunk: ChatCompletionChunk) -> bytes:
    return b"data: " + _ENCODER.encode(chunk) + b"\n\n"


def _together(used: Sequence[Usage]) -> Usage:
    return Usage(
        sum(one.prompt_tokens for one in used),
        sum(one.completion_tokens for one in used),
        sum(one.cached_tokens for one in used),
    )
