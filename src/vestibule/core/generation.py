"""What is asked of a model: the conversation, the numbered sources it may rest on, and how to sample."""

from __future__ import annotations

import msgspec

from vestibule.core.chat import Controls, Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.evidence import Passage, ToolResult


class Source(msgspec.Struct, frozen=True):
    """Evidence under the number an answer cites it by: `[index]`."""

    index: int
    origin: Passage | ToolResult


class ModelRequest(msgspec.Struct, frozen=True):
    """`messages` is the conversation as asked; `prompt` the same with the sources and how to use them, for a model."""

    messages: tuple[Message, ...]
    prompt: tuple[Message, ...] = ()
    sources: tuple[Source, ...] = ()
    gaps: tuple[str, ...] = ()
    sampling: Sampling = Sampling()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    response_format: ResponseFormat = ResponseFormat()
    controls: Controls = Controls()

    @property
    def question(self) -> str:
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")
