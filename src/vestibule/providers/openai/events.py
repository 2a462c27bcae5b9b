"""Read a stream of OpenAI chat completion chunks (server-sent events) into ours.

Source: OpenAI's API description, `CreateChatCompletionStreamResponse`; `reasoning_content` and
`prompt_cache_hit_tokens` as DeepSeek, and servers at home after it, add them.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from vestibule.core.answer import FinishReason, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.base import Chunk
from vestibule.providers.server_sent_events import event_data

MOST_CALLS = 128


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int = 0
    id: str | None = None
    function: _Function = msgspec.field(default_factory=_Function)


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: int = 0


class _Event(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: dict[str, Any] | str | None = None


_decoder = msgspec.json.Decoder(_Event)


async def chunks(
    body: AsyncGenerator[bytes, None], provider: str, *, broken_off: Collection[str] = ()
) -> AsyncGenerator[Chunk, None]:
    """Yield text as it comes, then one last chunk with the calls of functions, the finish reason and usage.

    A stream that ends without a finish reason yields no last chunk: the caller must not take it for complete.
    Raise `UpstreamFailed` for what is not the protocol, and for a finish reason that is one of `broken_off`.
    """
    finish: FinishReason | None = None
    usage: Usage | None = None
    calls = _Calls()
    async with aclosing(body), aclosing(event_data(body, provider)) as events:
        async for data in events:
            if data == b"[DONE]":
                break
            event = _decode(data, provider)
            if event.usage:
                usage = _used(event.usage)
            for choice in event.choices[:1]:
                if choice.finish_reason in broken_off:
                    raise UpstreamFailed(f"{provider} broke off its answer.", next_step="Ask again.")
                if choice.delta.reasoning_content:
                    yield Chunk(reasoning=choice.delta.reasoning_content)
                if choice.delta.content:
                    yield Chunk(choice.delta.content)
                calls.add(choice.delta.tool_calls or [])
                finish = _finish(choice.finish_reason) or finish
    if finish:
        made = calls.made(provider)
        yield Chunk(tool_calls=made, finish_reason="tool_calls" if made and finish == "stop" else finish, usage=usage)


class _Calls:
    """Puts the calls of functions together, which arrive in pieces under their index."""

    def __init__(self) -> None:
        self._pieces: dict[int, list[_Call]] = {}

    def add(self, pieces: Iterable[_Call]) -> None:
        for piece in pieces:
            if piece.index not in self._pieces and len(self._pieces) == MOST_CALLS:
                raise UpstreamFailed(f"A model made more than {MOST_CALLS} calls at once.")
            self._pieces.setdefault(piece.index, []).append(piece)

    def made(self, provider: str) -> tuple[ToolCall, ...]:
        return tuple(self._joined(self._pieces[index], provider) for index in sorted(self._pieces))

    def _joined(self, pieces: Sequence[_Call], provider: str) -> ToolCall:
        name = "".join(p.function.name or "" for p in pieces)
        if not name:
            raise UpstreamFailed(f"{provider} called a function without naming it.")
        # some servers leave the id out; the caller needs one to answer to
        identity = next((p.id for p in pieces if p.id), None) or f"call_{secrets.token_hex(12)}"
        return ToolCall(identity, name, "".join(p.function.arguments or "" for p in pieces))


def _decode(data: bytes, provider: str) -> _Event:
    try:
        event = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(f"{provider} sent something that is no chat completion chunk.") from None
    if event.error:
        raise UpstreamFailed(f"{provider} reported an error in the middle of its answer.")
    return event


def _used(usage: _Usage) -> Usage:
    cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
    return Usage(usage.prompt_tokens, usage.completion_tokens, cached or usage.prompt_cache_hit_tokens)


def _finish(reason: str | None) -> FinishReason | None:
    if reason in ("stop", "length", "content_filter", "tool_calls"):
        return reason  # type: ignore[return-value]  # narrowed by the comparison
    return "stop" if reason else None
