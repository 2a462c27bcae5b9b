"""What is asked of a model: the conversation, the numbered sources it may rest on, and how to sample."""

from __future__ import annotations

from typing import Annotated

import msgspec

from vestibule.core.chat import Controls, Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.evidence import Passage, ToolResult


class Source(msgspec.Struct, frozen=True):
    """Evidence under the number an answer cites it by: `[index]`."""

    index: int
    origin: Passage | ToolResult


class ModelRequest(msgspec.Struct, frozen=True):
    """`messages` is the conversation as asked; `prompt` the same with the sources and how to use them, for a model.
    `adapters` are LoRA adapters of the model and how much of each there is to be; `grammar` is GBNF."""

    messages: tuple[Message, ...]
    prompt: tuple[Message, ...] = ()
    sources: tuple[Source, ...] = ()
    gaps: tuple[str, ...] = ()
    sampling: Sampling = Sampling()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    response_format: ResponseFormat = ResponseFormat()
    controls: Controls = Controls()
    adapters: dict[str, float] = {}
    grammar: str | None = None

    @property
    def question(self) -> str:
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")


Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class Patience(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a model is waited for, in seconds: for its first piece, between two, and for its whole answer."""

    first_token_s: Seconds
    between_tokens_s: Seconds
    total_s: Seconds

    def longest(self, other: Patience) -> Patience:
        """As long as either, in each."""
        return Patience(
            max(self.first_token_s, other.first_token_s),
            max(self.between_tokens_s, other.between_tokens_s),
            max(self.total_s, other.total_s),
        )


class PatienceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a `Patience`; of what is None nothing is."""

    first_token_s: Seconds | None = None
    between_tokens_s: Seconds | None = None
    total_s: Seconds | None = None

    def over(self, other: Patience) -> Patience:
        """The other with what is said here."""
        said = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(other, **said)
