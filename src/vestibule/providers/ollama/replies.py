"""What a daemon says in a chat: a stream of JSON objects, one a line.

Source: Ollama's API description, "Conventions" ("Streaming responses") and "Generate a chat completion".
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from vestibule.core.answer import FinishReason, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.errors import UpstreamFailed

LINE = 1_048_576


class _Function(msgspec.Struct):
    name: str
    arguments: dict[str, Any] | None = None


class _Call(msgspec.Struct):
    function: _Function


class _Message(msgspec.Struct):
    content: str = ""
    thinking: str = ""
    tool_calls: list[_Call] | None = None


class Reply(msgspec.Struct):
    """One object of the stream. Counts that are zero are left out."""

    message: _Message = msgspec.field(default_factory=_Message)
    done: bool = False
    done_reason: str = ""
    prompt_eval_count: int = 0
    eval_count: int = 0
    error: str | None = None
    remote_host: str | None = None
    remote_model: str | None = None

    @property
    def calls(self) -> list[ToolCall]:
        """Ollama has no ids for calls, and its arguments are an object."""
        return [
            ToolCall(f"call_{secrets.token_hex(12)}", call.function.name, _text(call.function.arguments or {}))
            for call in self.message.tool_calls or []
        ]

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt_eval_count, self.eval_count)

    @property
    def finish(self) -> FinishReason:
        """Why it ended. A model that was unloaded meanwhile did not finish."""
        if self.done_reason in ("load", "unload"):
            raise UpstreamFailed("Ollama unloaded the model before it answered.", next_step="Ask again.", fault="cut")
        return "length" if self.done_reason == "length" else "stop"


async def replies(body: AsyncGenerator[bytes, None]) -> AsyncGenerator[Reply, None]:
    """Raise `UpstreamFailed` for what is no reply, for one that reports an error, and for a line without end."""
    held = b""
    async for piece in body:
        *lines, held = (held + piece).split(b"\n")
        if len(held) > LINE:
            raise UpstreamFailed(f"Ollama sent a line of more than {LINE} bytes.", fault="malformed")
        for line in lines:
            if line.strip():
                yield _decode(line)
    if held.strip():
        yield _decode(held)


def _decode(line: bytes) -> Reply:
    try:
        reply = msgspec.json.decode(line, type=Reply)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(
            "Ollama sent something that is no chat reply.",
            next_step="Check OLLAMA_HOST: something else may answer there.",
            fault="malformed",
        ) from None
    if reply.error is not None:  # can come in the middle of a stream that began with status 200
        raise UpstreamFailed("Ollama reported an error in the middle of its answer.", next_step="See its log.")
    return reply


def _text(arguments: dict[str, Any]) -> str:
    return msgspec.json.encode(arguments).decode()
