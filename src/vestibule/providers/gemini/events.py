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
from vestibule.providers.base import Chunk, Count
from vestibule.providers.refusals import FILTERED, not_taken, reported, unfinished
from vestibule.providers.server_sent_events import AFTER_THE_END_S, AFTER_THE_FINISH_S, EventStream

MOST_CALLS = 128
_FINISHED: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "CONTINUATION": "length",
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
_BLOCKED = frozenset({"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK"})


async def chunks(body: AsyncGenerator[bytes, None], provider: str) -> AsyncGenerator[Chunk, None]:
    """Yield text as it comes, then one last chunk with the calls of functions, the finish reason and usage.

    Raise `UpstreamFailed` for what is not the protocol, a stream that ends without a finish reason and an answer that
    went wrong; `InvalidRequest` for a prompt that was blocked or is too long.
    """
    finish: FinishReason | None = None
    usage: Usage | None = None
    calls: list[ToolCall] = []

    def patience_s() -> float | None:
        return AFTER_THE_END_S if finish and usage else AFTER_THE_FINISH_S if finish else None

    async with aclosing(body):
        events = EventStream(body, provider)
        while together := await events.together(patience_s()):
            for data_of_event in together:
                response = _decode(data_of_event, provider)
                usage = _used(response.usage) or usage
                for candidate in response.candidates or ():
                    if candidate.index:  # one answer was asked for
                        continue
                    parts = (candidate.content and candidate.content.parts) or []
                    for part in parts:
                        if part.text:
                            yield Chunk(reasoning=part.text) if part.thought else Chunk(part.text)
                    calls += _calls(parts)
                    finish = _finish(candidate.finish_reason or "", provider) or finish
                if len(calls) > MOST_CALLS:
                    raise UpstreamFailed(f"{provider} made more than {MOST_CALLS} calls at once.", fault="malformed")
    if finish is None:
        raise unfinished(provider)
    reason: FinishReason = "tool_calls" if calls and finish == "stop" else finish
    yield Chunk(tool_calls=tuple(calls), finish_reason=reason, usage=usage)


class _Call(msgspec.Struct):
    name: str
    args: dict[str, Any] | None = None
    id: str | None = None


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    function_call: _Call | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    index: int | None = None
    content: _Content | None = None
    finish_reason: str | None = None


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str | None = None


class _Used(msgspec.Struct, rename="camel"):
    """`candidates_token_count` is without the thoughts, which are billed as well."""

    prompt_token_count: Count | None = None
    candidates_token_count: Count | None = None
    thoughts_token_count: Count | None = None
    cached_content_token_count: Count | None = None


class _Response(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage: _Used | None = msgspec.field(default=None, name="usageMetadata")
    error: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(_Response)


def _decode(data: bytes, provider: str) -> _Response:
    try:
        response = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UpstreamFailed(
            f"{provider} sent something that is no part of an answer.", next_step="Ask again.", fault="malformed"
        ) from None
    if response.error is not None:
        raise reported(provider, data, response.error.get("code"), response.error.get("status"))
    if response.prompt_feedback and (blocked := response.prompt_feedback.block_reason):
        raise not_taken(provider, blocked if blocked in _BLOCKED else FILTERED)
    return response


def _calls(parts: Iterable[_Part]) -> list[ToolCall]:
    """Most models name no id; the caller needs one to answer to."""
    return [
        ToolCall(call.id or f"call_{secrets.token_hex(12)}", call.name, msgspec.json.encode(call.args or {}).decode())
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
    raise UpstreamFailed(f"{provider} broke off its answer{why}.", next_step="Ask again.", fault="failed")


def _used(used: _Used | None) -> Usage | None:
    """None where the tokens were not counted. Of an answer that is nothing but blocked there are none of its own."""
    if used is None or used.prompt_token_count is None:
        return None
    given = (used.candidates_token_count or 0) + (used.thoughts_token_count or 0)
    return Usage(used.prompt_token_count, given, used.cached_content_token_count or 0)
