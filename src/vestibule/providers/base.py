"""What a provider of answers is: pure encoding on one side, sending of cleared bytes over a transport on the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

import msgspec
from msgspec.structs import replace

from vestibule.core.answer import FinishReason, TokenLogprob, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest

Count = Annotated[int, msgspec.Meta(ge=0)]

MOST_TOKENS = 2048
"""What a model at home may say unasked: one that repeats itself would else go on to the end of its context."""


class Chunk(msgspec.Struct, frozen=True):
    """A piece of an answer. Only the last one carries why it ended and what it used. A call of a function is handed
    on whole: `tool_calls` never holds half of one. `reasoning` is what a model thinks aloud: no part of the answer, and
    never sent back. `parts` are the pieces that came together and are one here, where there were several: a piece is
    about a token. `logprobs` tell of tokens of the answer; they come with their text, or before it."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    reasoning: str = ""
    parts: tuple[str, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


class Transport(Protocol):
    """The way to a destination: the one home or the one outside."""

    def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """POST the cleared body to `path`, yield the reply's body as it comes; raise `UpstreamFailed`."""
        ...


class Provider(Protocol):
    """`capacity` is how many it answers at once, None where no limit is known. One that `continues` takes an
    assistant's turn at the end of a conversation for the beginning of its answer."""

    id: str
    kind: str
    destination: Destination

    @property
    def capacity(self) -> int | None: ...

    @property
    def continues(self) -> bool: ...

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """Return the final bytes of the request; pure."""
        ...

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer; raise `UpstreamFailed` where the provider fails, and says how, and
        `InvalidRequest` where it does not take the conversation: too long, or filtered."""
        ...


def path_of(url: str) -> str:
    """What stands behind host and port, without a slash at its end: "/v1", or ""."""
    path = url.partition("://")[2].partition("/")[2].strip("/")
    return f"/{path}" if path else ""


def bounded(request: ModelRequest) -> ModelRequest:
    """The request with `MOST_TOKENS` where the caller set no bound."""
    if request.sampling.max_tokens is not None:
        return request
    return replace(request, sampling=replace(request.sampling, max_tokens=MOST_TOKENS))
