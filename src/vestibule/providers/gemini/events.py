"""Read a stream of Gemini's `GenerateContentResponse` (server-sent events) into our chunks.

Source: Google's Gemini API reference, `GenerateContentResponse`, `Candidate`, `FinishReason`, `UsageMetadata`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any

import msgspec

from vestibule.core.answer import FinishReason, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.base import Chunk
from vestibule.providers.server_sent_events import event_data

MOST_CALLS = 128
_FINISHED: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
}
_BROKEN = frozenset(
    {
        "LANGUAGE",
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "OTHER",
        "TOO_MANY_TOOL_CALLS",
        "UNEXPECTED_TOOL_CALL",
    }
)
_BLOCKED = frozenset({"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT"})


async def chunks(body: AsyncGenerator[bytes, None], provider: str) -> AsyncGenerator[Chunk, None]:
    """Yield text as it comes, then one last chunk with the calls of functions, the finish reason and usage.

    A stream that ends without a finish reason yields no last chunk: the caller must not take it for complete.
    Raise `UpstreamFailed` for what is not the protocol, a prompt that was blocked and an answer that went wrong.
    """
    finish: FinishReason | None = None
    usage: Usage | None = None
    calls: list[ToolCall] = []
    async with aclosing(body), aclosing(event_data(body, provider)) as events:
        async for data in events:
            response = _decode(data, provider)
            usage = _used(response.usage) if response.usage else usage
            for candidate in response.candidates[:1]:
                for part in candidate.content.parts:
                    if part.text:
                        yield Chunk(reasoning=part.text) if part.thought else Chunk(part.text)
                calls += _calls(candidate.content.parts)
                finish = _finish(candidate.finish_reason, provider) or finish
            if len(calls) > MOST_CALLS:
                raise UpstreamFailed(f"{provider} made more than {MOST_CALLS} calls at once.")
    if finish:
        reason: FinishReason = "tool_calls" if calls and finish == "stop" else finish
        yield Chunk(tool_calls=tuple(calls), finish_reason=reason, usage=usage)


class _Call(msgspec.Struct):
    name: str
    args: dict[str, Any] = {}
    id: str = ""


class _Part(msgspec.Struct, rename="camel"):
    text: str = ""
    thought: bool = False
    function_call: _Call | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content = msgspec.field(default_factory=_Content)
    finish_reason: str = ""


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Used(msgspec.Struct, rename="camel"):
    """`candidates_token_count` is without the thoughts, which are billed as well."""

    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0
    cached_content_token_count: int = 0


class _Response(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback = msgspec.field(default_factory=_Feedback)
    usage: _Used | None = msgspec.field(default=None, name="usageMetadata")
    error: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(_Response)


def _decode(data: bytes, provider: str) -> _Response:
    try:
        response = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(f"{provider} sent something that is no part of an answer.") from None
    if response.error is not None:
        raise UpstreamFailed(f"{provider} reported an error in the middle of its answer.", next_step="Ask again.")
    if blocked := response.prompt_feedback.block_reason:
        why = f" ({blocked})" if blocked in _BLOCKED else ""
        raise UpstreamFailed(
            f"{provider} blocked the question{why}.", next_step="Word it differently, or ask a model at home."
        )
    return response


def _calls(parts: Iterable[_Part]) -> list[ToolCall]:
    """Most models name no id; the caller needs one to answer to."""
    return [
        ToolCall(call.id or f"call_{secrets.token_hex(12)}", call.name, msgspec.json.encode(call.args).decode())
        for part in parts
        if (call := part.function_call)
    ]


def _finish(reason: str, provider: str) -> FinishReason | None:
    """None while it goes on. A reason nobody knows is no success."""
    if reason in ("", "FINISH_REASON_UNSPECIFIED"):
        return None
    if reason in _FINISHED:
        return _FINISHED[reason]
    why = f" ({reason})" if reason in _BROKEN else ""
    raise UpstreamFailed(f"{provider} broke off its answer{why}.", next_step="Ask again.")


def _used(used: _Used) -> Usage:
    given = used.candidates_token_count + used.thoughts_token_count
    return Usage(used.prompt_token_count, given, used.cached_content_token_count)
