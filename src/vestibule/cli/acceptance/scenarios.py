"""What a model is asked when it is accepted: questions about buildings, coordination, calls of functions, and JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["building", "coordination", "tools", "json"]

READING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "building": {"type": "string", "maxLength": 60},
        "month": {"type": "string", "enum": ["January", "February", "July", "December"]},
    },
    "required": ["building", "month"],
    "additionalProperties": False,
}
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "asset": {"type": "string", "maxLength": 60},
        "priority": {"type": "string", "enum": ["low", "medium", "high"]},
        "within_days": {"type": "integer", "minimum": 0, "maximum": 90},
    },
    "required": ["asset", "priority", "within_days"],
    "additionalProperties": False,
}


class Scenario(msgspec.Struct, frozen=True):
    """One request. `more` is laid over its body; an answer must satisfy `schema` where there is one."""

    name: str
    kind: Kind
    question: str
    more: dict[str, Any] = {}
    schema: dict[str, Any] | None = None

    def body(self, model: str) -> dict[str, object]:
        """Of a chat completion that no cache answers."""
        asked: dict[str, object] = {
            "model": model,
            "messages": [{"role": "user", "content": self.question}],
            "vestibule": {"cache": "bypass", "knowledge": self.kind == "building"},
        }
        return asked | self.more


def _building(name: str, question: str) -> Scenario:
    return Scenario(name, "building", question, {"max_tokens": 200})


def _coordination(name: str, question: str) -> Scenario:
    return Scenario(name, "coordination", question, {"max_tokens": 32})


def _tool(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "description": description, "parameters": parameters}
    forced = {"type": "function", "function": {"name": name}}
    return {"tools": [{"type": "function", "function": function}], "tool_choice": forced, "max_tokens": 120}


def _json(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    wanted = {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
    return {"response_format": wanted, "max_tokens": 120}


SCENARIOS: tuple[Scenario, ...] = (
    _building(
        "weekly peak", "Why was the electricity use high in the second week of July, and what should we check first?"
    ),
    _building("comparison", "Which building used the most gas in February, and how far ahead was it of the next one?"),
    _building("night setback", "How does the night setback of the heating work, and when does it begin?"),
    _building("savings", "Name the two measures that save most energy in an office with a chiller from 2009."),
    _coordination(
        "hand-over", "Hand over in one sentence: the chiller was reset at 14:10 and must be checked at 18:00."
    ),
    _coordination(
        "who and when", "Say in one sentence who does what: Team A replaces the filter today, Team B on Friday."
    ),
    _coordination("next step", "The boiler room is 4 degrees too warm. Name the next step in one sentence."),
    Scenario(
        "reading",
        "tools",
        "Read the meter of the Tannery for July.",
        _tool("read_meter", "Read the electricity use of a building in a month", READING),
        READING,
    ),
    Scenario(
        "work order",
        "json",
        "Write a work order: the supply fan of air handler 3 is loud and must be looked at within 5 days.",
        _json("work_order", ORDER),
        ORDER,
    ),
)
