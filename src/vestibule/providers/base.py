"""What a provider of answers is: pure encoding on one side, sending of cleared bytes on the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from vestibule.core.answer import FinishReason, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest


class Chunk(msgspec.Struct, frozen=True):
    """A piece of an answer. Only the last one carries why it ended and what it used. A call of a function is handed
    on whole: `tool_calls` never holds half of one."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None


class Provider(Protocol):
    id: str
    kind: str
    destination: Destination

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """Return the final bytes of the request; pure."""
        ...

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer; raise `UpstreamFailed` where the provider fails."""
        ...
