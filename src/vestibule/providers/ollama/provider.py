"""Chat with a model that an Ollama daemon of this house runs itself.

Source: Ollama's API description, "Generate a chat completion" (POST /api/chat), a stream of JSON objects, one a line.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Any

import msgspec

from vestibule.core.answer import FinishReason, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, bounded
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.ollama.encoding import messages, options, tool
from vestibule.providers.ollama.tags import home_models

CONTEXT = 8192
LINE = 1_048_576
LOOK_S = 5.0


class OllamaProvider:
    """`url` is the daemon's. `context`, in tokens, is asked for with each request: the daemon drops what is longer
    without a word, so it must hold the conversation with its sources."""

    kind = "ollama"

    def __init__(self, provider_id: str, url: str, home_hosts: Collection[str] = (), context: int = CONTEXT) -> None:
        self.id = provider_id
        self.destination = Destination.parse(url)
        self._transport = HomeTransport(home_hosts)
        self._context = context

    def encode(self, request: ModelRequest, model: str) -> bytes:
        body: dict[str, object] = {
            "model": model,
            "messages": messages(request.prompt or request.messages),
            "stream": True,
            "options": options(bounded(request).sampling, self._context),
        }
        if request.tools and request.tool_choice.mode != "none":
            body["tools"] = [tool(t) for t in request.tools]
        if request.response_format.kind != "text":
            body["format"] = request.response_format.schema or "json"
        return msgspec.json.encode(body)

    async def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Make sure that the daemon still runs the model itself, then stream. Raise `EgressRefused` where it does not,
        `UpstreamFailed` where it fails."""
        name = msgspec.json.decode(cleared.body, type=_Asked).model
        await self._require_home_model(name)
        body = self._transport.stream(cleared, self.destination, "/api/chat")
        calls: list[ToolCall] = []
        try:
            async with aclosing(body), aclosing(_replies(body)) as replies:
                async for reply in replies:
                    if reply.message.content:
                        yield Chunk(reply.message.content)
                    calls += [_call(call) for call in reply.message.tool_calls or []]
                    if reply.done:
                        finish = "tool_calls" if calls else _finish(reply.done_reason)
                        yield Chunk(tool_calls=tuple(calls), finish_reason=finish, usage=_usage(reply))
                        return
        except UpstreamRefused as refusal:
            raise UpstreamFailed(
                f"Ollama answered with status {refusal.status} when it was asked for {name}.", next_step=_mend(refusal)
            ) from None

    async def _require_home_model(self, name: str) -> None:
        models = await home_models(self._transport, self.destination, wait_s=LOOK_S)
        if not {name, f"{name}:latest"} & {model.name for model in models}:
            raise EgressRefused(
                f"{name} is not, or no longer, a model that the Ollama of this house runs itself.",
                next_step=f"See `ollama list`; `ollama pull {name}` may bring it back.",
            )


class _Asked(msgspec.Struct):
    model: str


class _Function(msgspec.Struct):
    name: str
    arguments: dict[str, Any] = {}


class _Call(msgspec.Struct):
    function: _Function


class _Message(msgspec.Struct):
    content: str = ""
    tool_calls: list[_Call] | None = None


class _Reply(msgspec.Struct):
    """One object of the stream. Counts that are zero are left out."""

    message: _Message = msgspec.field(default_factory=_Message)
    done: bool = False
    done_reason: str = ""
    prompt_eval_count: int = 0
    eval_count: int = 0
    error: str | None = None


async def _replies(body: AsyncGenerator[bytes, None]) -> AsyncGenerator[_Reply, None]:
    held = b""
    async for piece in body:
        *lines, held = (held + piece).split(b"\n")
        if len(held) > LINE:
            raise UpstreamFailed(f"Ollama sent a line of more than {LINE} bytes.")
        for line in lines:
            if line.strip():
                yield _decode(line)
    if held.strip():
        yield _decode(held)


def _decode(line: bytes) -> _Reply:
    try:
        reply = msgspec.json.decode(line, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed("Ollama sent something that is no chat reply.") from None
    if reply.error is not None:  # can come in the middle of a stream that began with status 200
        raise UpstreamFailed("Ollama reported an error in the middle of its answer.", next_step="See its log.")
    return reply


def _finish(reason: str) -> FinishReason:
    """Why it ended. A model that was unloaded meanwhile did not finish."""
    if reason in ("load", "unload"):
        raise UpstreamFailed("Ollama unloaded the model before it answered.", next_step="Ask again.")
    return "length" if reason == "length" else "stop"


def _call(call: _Call) -> ToolCall:
    """Ollama has no ids for calls, and its arguments are an object."""
    arguments = msgspec.json.encode(call.function.arguments).decode()
    return ToolCall(f"call_{secrets.token_hex(12)}", call.function.name, arguments)


def _usage(reply: _Reply) -> Usage:
    return Usage(reply.prompt_eval_count, reply.eval_count)


def _mend(refusal: UpstreamRefused) -> str:
    return "It is busy: ask again later." if refusal.status == 503 else "See Ollama's log."
