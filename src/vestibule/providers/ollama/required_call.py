"""A call that must be made, of a protocol that has no word for it: a format that nothing but a call fits.

Ollama has no `tool_choice`. Where a function must be called the functions are put into words, the answer is held to the
schema of a call, and what comes back is read as one. Source: Ollama's API description, "Structured outputs".
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from vestibule.core.chat import Tool, ToolCall, ToolChoice
from vestibule.core.errors import UpstreamFailed

TITLE = "call of a function"


class _Made(msgspec.Struct):
    name: str
    arguments: dict[str, Any] = {}


def callable_tools(tools: Sequence[Tool], choice: ToolChoice) -> tuple[Tool, ...]:
    """The one that was named, or all."""
    return tuple(tool for tool in tools if choice.name in (None, tool.name))


def call_format(tools: Sequence[Tool]) -> dict[str, Any]:
    """The JSON schema of a call of one of `tools`. Definitions that parameters refer to stand at its root."""
    definitions: dict[str, Any] = {}
    calls = []
    for tool in tools:
        parameters = {"type": "object"} | tool.parameters
        definitions |= parameters.pop("$defs", {})
        properties = {"name": {"type": "string", "enum": [tool.name]}, "arguments": parameters}
        calls.append({"type": "object", "properties": properties, "required": ["name", "arguments"]})
    one_of = calls[0] if len(calls) == 1 else {"anyOf": calls}
    return {"title": TITLE, **one_of} | ({"$defs": definitions} if definitions else {})


def call_words(tools: Sequence[Tool]) -> str:
    """What is said to the model: grammar alone does not tell it what the functions are for."""
    functions = [{"name": t.name, "description": t.description, "parameters": t.parameters} for t in tools]
    return (
        "Answer by calling one of these functions. Write nothing but a JSON object with `name` and `arguments`.\n"
        f"{msgspec.json.encode(functions).decode()}"
    )


def is_call_format(format_: object) -> bool:
    return isinstance(format_, dict) and format_.get("title") == TITLE


def read_call(text: str, model: str) -> ToolCall:
    """Raise `UpstreamFailed` for what is no call."""
    try:
        made = msgspec.json.decode(text, type=_Made)
    except msgspec.DecodeError:
        raise UpstreamFailed(
            f"{model} called no function though it had to.", next_step="Ask another model.", fault="malformed"
        ) from None
    return ToolCall(f"call_{secrets.token_hex(12)}", made.name, msgspec.json.encode(made.arguments).decode())
