"""Chat with a model that an Ollama daemon of this house runs itself.

Source: Ollama's API description, "Generate a chat completion" (POST /api/chat). `truncate` and `shift` are newer than
that page: a daemon that knows them refuses what is longer than the context instead of dropping its beginning.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
import structlog

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import InvalidRequest, UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest, Patience
from vestibule.providers.base import Chunk, bounded
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.ollama.encoding import messages, options, tool
from vestibule.providers.ollama.ownership import elsewhere, missing, require_home_model
from vestibule.providers.ollama.replies import Reply, replies
from vestibule.providers.required_call import call_in, callable_tools, held_to_a_call, is_call

CONTEXT = 8192

log = structlog.get_logger(__name__)


class OllamaProvider:
    """`url` is the daemon's. `context`, in tokens, is asked for with each request, or what `trained` says of a model
    that was trained for less; a model stays loaded for `keep_alive`. `capacity` is how many it answers at once;
    `patience` that with any of its models."""

    kind = "ollama"
    continues = True

    def __init__(
        self,
        provider_id: str,
        url: str,
        home_hosts: Collection[str] = (),
        context: int = CONTEXT,
        *,
        keep_alive: str | None = None,
        capacity: int | None = None,
        trained: Mapping[str, int] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.id = provider_id
        self.destination = Destination.parse(url)
        self.capacity = capacity
        self._transport = HomeTransport(home_hosts, patience=patience)
        self._context = context
        self._keep_alive = keep_alive
        self._trained = trained if trained is not None else {}

    def encode(self, request: ModelRequest, model: str) -> bytes:
        request = held_to_a_call(request)
        context = min(self._context, self._trained.get(model, self._context))
        body: dict[str, object] = {
            "model": model,
            "messages": messages(request.prompt or request.messages),
            "stream": True,
            "truncate": False,
            "shift": False,
            "options": options(bounded(request).sampling, context),
        }
        if self._keep_alive is not None:
            body["keep_alive"] = self._keep_alive
        if request.tools and request.tool_choice.mode != "none":
            body["tools"] = [tool(t) for t in callable_tools(request)]
        if request.response_format.kind != "text":
            body["format"] = request.response_format.schema or "json"
        return msgspec.json.encode(body)

    async def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Make sure that the daemon still runs the model itself, then stream. Raise `EgressRefused` where it does not,
        `UpstreamFailed` where it fails, `InvalidRequest` for a conversation longer than the context."""
        asked = msgspec.json.decode(cleared.body, type=_Asked)
        await require_home_model(self._transport, self.destination, asked.model)
        body = self._transport.stream(cleared, self.destination, "/api/chat")
        try:
            async with (
                aclosing(body),
                aclosing(replies(body)) as said,
                aclosing(_chat(said, asked)) as told,
                aclosing(call_in(told, asked.model) if is_call(asked.format) else told) as chunks,
            ):
                async for chunk in chunks:
                    yield chunk
        except UpstreamRefused as refusal:
            raise _refused(asked, refusal) from None


class _Options(msgspec.Struct):
    num_ctx: int = 0


class _Asked(msgspec.Struct):
    model: str
    format: str | dict[str, Any] | None = None
    options: _Options = msgspec.field(default_factory=_Options)


async def _chat(said: AsyncGenerator[Reply, None], asked: _Asked) -> AsyncGenerator[Chunk, None]:
    calls = []
    async for reply in said:
        _require_home(reply, asked.model)
        if reply.message.content or reply.message.thinking:
            yield Chunk(reply.message.content, reasoning=reply.message.thinking)
        calls += reply.calls
        if reply.done:
            finish = "tool_calls" if calls else reply.finish
            yield Chunk(tool_calls=tuple(calls), finish_reason=finish, usage=reply.usage)
            return


def _require_home(reply: Reply, model: str) -> None:
    """The list is asked first; what became remote in between says so in its reply, and nothing of it is used."""
    if reply.remote_host or reply.remote_model:
        log.error("ollama_forwarded", model=model)
        raise elsewhere(model)


def _refused(asked: _Asked, refusal: UpstreamRefused) -> VestibuleError:
    """In our words: the daemon's own may quote the conversation."""
    if refusal.status == 404:
        return missing(asked.model)
    if refusal.status == 400 and b"context length" in refusal.body:
        return InvalidRequest(
            f"The conversation with its sources is longer than the {asked.options.num_ctx:,} tokens of {asked.model}.",
            next_step="Shorten it, or give the model more context (`local.context`).",
            param="messages",
        )
    if refusal.status == 400 and b"does not support" in refusal.body:
        return UpstreamFailed(
            f"{asked.model} cannot do all that was asked of it (functions, images or thinking).",
            next_step="Ask another model; `vestibule models show` says what it can do.",
            fault="refused",
        )
    mend = "It is busy: ask again later." if refusal.fault == "overloaded" else "See Ollama's log."
    return UpstreamFailed(
        f"Ollama answered with status {refusal.status} when it was asked for {asked.model}.",
        next_step=mend,
        fault=refusal.fault,
        retry_after_s=refusal.retry_after_s,
    )
