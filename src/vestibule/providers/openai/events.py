"""Read a stream of OpenAI chat completion chunks (server-sent events) into ours.

Source: OpenAI's API description, `CreateChatCompletionStreamResponse`; `reasoning_content` and
`prompt_cache_hit_tokens` as DeepSeek, and servers at home after it, add them. Members that are null or missing are
taken for empty, as many servers leave them; what has another type than published is no answer.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Mapping
from contextlib import aclosing
from typing import Annotated, Any

import msgspec

from vestibule.core.answer import FinishReason, Likely, TokenLogprob, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.errors import UpstreamFailed, VestibuleError
from vestibule.providers.base import Chunk, Count
from vestibule.providers.refusals import UpstreamRefused, explained, reported, unfinished
from vestibule.providers.server_sent_events import AFTER_THE_END_S, AFTER_THE_FINISH_S, EventStream

MOST_CALLS = 128
LEAST_LOGPROB = -9999.0  # what OpenAI says of a token that could not have been said
FINISHED: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_length": "length",
}
"""OpenAI's, then those of servers at home."""


_Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[_Call] | None = None


class _Token(msgspec.Struct):
    token: str
    logprob: float | None = None
    bytes: list[_Byte] | None = None
    top_logprobs: list[_Token] | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Choice(msgspec.Struct):
    index: int | None = None
    delta: _Delta | None = None
    logprobs: _Logprobs | None = None
    finish_reason: str | None = None


class _Details(msgspec.Struct):
    cached_tokens: Count | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    prompt_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: Count | None = None


class _Event(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: dict[str, Any] | str | None = None


_decoder = msgspec.json.Decoder(_Event)
_many = msgspec.json.Decoder(list[_Event])
_DONE = b"[DONE]"
_EMPTY = _Delta()
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


async def chunks(
    body: AsyncGenerator[bytes, None], provider: str, *, broken_off: Collection[str] = (), explains: bool = True
) -> AsyncGenerator[Chunk, None]:
    """Yield text as it comes, then one last chunk with the calls of functions, the finish reason and usage.

    The last chunk does not wait for a `[DONE]` that does not come, only a moment for usage. Raise `UpstreamFailed` for
    an error status (without `explains` as it is), what is not the protocol, a stream that ends without a finish reason,
    and a finish reason that nobody knows or is one of `broken_off`; `InvalidRequest` for a conversation that is not
    taken.
    """
    told = _Told(provider, broken_off)
    try:
        async with aclosing(body):
            events = EventStream(body, provider)
            while together := await events.together(told.patience_s()):
                failure = told.hear(together)
                for chunk in told.said():
                    yield chunk
                if failure:
                    raise failure
    except UpstreamRefused as refusal:
        if not explains:
            raise
        raise explained(refusal, provider) from None
    if told.finish is None:
        raise unfinished(provider)
    yield told.last(told.finish)


class _Told:
    """What was told of one answer; text of events that came together is said as one."""

    def __init__(self, provider: str, broken_off: Collection[str]) -> None:
        self.finish: FinishReason | None = None
        self._provider = provider
        self._broken_off = broken_off
        self._usage: Usage | None = None
        self._done = False
        self._calls = _Calls()
        self._texts: list[str] = []
        self._reasoning: list[str] = []
        self._logprobs: list[TokenLogprob] = []

    def patience_s(self) -> float | None:
        over = self._done or (self.finish and self._usage)
        return AFTER_THE_END_S if over else AFTER_THE_FINISH_S if self.finish else None

    def hear(self, together: list[bytes]) -> VestibuleError | None:
        """Take events as far as they are good, and return what is wrong with the first that is not."""
        if self._done:
            return None
        if _DONE in together:
            self._done, together = True, together[: together.index(_DONE)]
        try:
            for event in _decoded(together, self._provider):
                self._take(event)
        except VestibuleError as failure:
            return failure
        return None

    def said(self) -> Iterator[Chunk]:
        """What was not said yet."""
        if self._reasoning:
            yield Chunk(reasoning="".join(self._reasoning))
        if self._texts or self._logprobs:
            parts = tuple(self._texts) if len(self._texts) > 1 else ()
            yield Chunk("".join(self._texts), parts=parts, logprobs=tuple(self._logprobs))
        self._reasoning, self._texts, self._logprobs = [], [], []

    def last(self, finish: FinishReason) -> Chunk:
        made = self._calls.made(self._provider)
        reason: FinishReason = "tool_calls" if made and finish == "stop" else finish
        return Chunk(tool_calls=made, finish_reason=reason, usage=self._usage)

    def _take(self, event: _Event) -> None:
        if event.usage:
            self._usage = _used(event.usage) or self._usage
        for choice in event.choices or ():
            if choice.index:  # one answer was asked for
                continue
            delta = choice.delta or _EMPTY
            if delta.reasoning_content:
                self._reasoning.append(delta.reasoning_content)
            if text := delta.content or delta.refusal:
                self._texts.append(text)
            if choice.logprobs and not delta.reasoning_content:
                self._logprobs += map(_token, choice.logprobs.content or ())
            if delta.tool_calls:
                self._calls.add(delta.tool_calls, self._provider)
            if choice.finish_reason:
                self.finish = _finish(choice.finish_reason, self._provider, self._broken_off)


class _Open:
    """A call of a function that is being made."""

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []

    def is_another(self, piece: _Call, name: str) -> bool:
        """Whether the piece begins another call under the same index, as servers do that number none."""
        if piece.id and self.id:
            return piece.id != self.id
        return bool(name and self.arguments)


class _Calls:
    """Puts the calls of functions together, which arrive in pieces under their index."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._all: list[tuple[int, _Open]] = []

    def add(self, pieces: Iterable[_Call], provider: str) -> None:
        for piece in pieces:
            index, name = piece.index or 0, (piece.function and piece.function.name) or ""
            call = self._open.get(index)
            if call is None or call.is_another(piece, name):
                if len(self._all) == MOST_CALLS:
                    raise UpstreamFailed(f"{provider} made more than {MOST_CALLS} calls at once.", fault="malformed")
                call = self._open[index] = _Open()
                self._all.append((index, call))
            call.id = call.id or piece.id or ""
            call.name += name
            if piece.function and piece.function.arguments:
                call.arguments.append(piece.function.arguments)

    def made(self, provider: str) -> tuple[ToolCall, ...]:
        ordered = sorted(self._all, key=lambda numbered: numbered[0])
        return tuple(self._made(call, provider) for _, call in ordered)

    def _made(self, call: _Open, provider: str) -> ToolCall:
        if not call.name:
            raise UpstreamFailed(f"{provider} called a function without naming it.", fault="malformed")
        # some servers leave the id out; the caller needs one to answer to
        return ToolCall(call.id or f"call_{secrets.token_hex(12)}", call.name, "".join(call.arguments))


def _decoded(together: list[bytes], provider: str) -> Iterator[_Event]:
    """At once, which takes half as long; one after the other where that fails, so that those before the bad one
    count."""
    try:
        events = _many.decode(b"[" + b",".join(together) + b"]")
    except _UNREADABLE:
        events = []
    whole = len(events) == len(together)
    for index, data in enumerate(together):
        event = events[index] if whole else _decode(data, provider)
        if event.error:
            error = event.error if isinstance(event.error, dict) else {}
            raise reported(provider, data, error.get("code"), error.get("type"))
        yield event


def _decode(data: bytes, provider: str) -> _Event:
    try:
        return _decoder.decode(data)
    except _UNREADABLE:
        raise UpstreamFailed(
            f"{provider} sent something that is no chat completion chunk.", next_step="Ask again.", fault="malformed"
        ) from None


def _token(told: _Token) -> TokenLogprob:
    return TokenLogprob(_likely(told), tuple(map(_likely, told.top_logprobs or ())))


def _likely(told: _Token) -> Likely:
    raw = told.token.encode() if told.bytes is None else bytes(told.bytes)
    return Likely(told.token, raw, LEAST_LOGPROB if told.logprob is None else max(told.logprob, LEAST_LOGPROB))


def _used(usage: _Usage) -> Usage | None:
    """None where the tokens were not counted: a part of the count would be read as the whole."""
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
    return Usage(usage.prompt_tokens, usage.completion_tokens, cached or usage.prompt_cache_hit_tokens or 0)


def _finish(reason: str, provider: str, broken_off: Collection[str]) -> FinishReason:
    """A reason nobody knows is no success."""
    if reason in FINISHED and reason not in broken_off:
        return FINISHED[reason]
    raise UpstreamFailed(f"{provider} broke off its answer.", next_step="Ask again.", fault="failed")
