"""A dialogue to learn from: turns, the functions that may be called, and the kind of task it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
Speaker = Literal["system", "user", "assistant", "tool"]
Kind = Literal["results", "passages", "refusal", "missing", "json", "tool_call", "tool_reply", "copy", "talk", "brief"]


@dataclass(frozen=True)
class Call:
    name: str
    arguments: Mapping[str, JsonValue]


@dataclass(frozen=True)
class Turn:
    role: Speaker
    text: str = ""
    call: Call | None = None


@dataclass(frozen=True)
class Dialogue:
    """The last turn is the assistant's. `functions` are as in OpenAI's `tools[].function`."""

    kind: Kind
    turns: tuple[Turn, ...]
    functions: tuple[Mapping[str, JsonValue], ...] = ()

    @property
    def reply(self) -> Turn:
        return self.turns[-1]


def compact(value: object) -> str:
    """JSON as `tojson` of the chat template writes it."""
    return json.dumps(value, ensure_ascii=False)
