"""Turns, functions and sampling as Ollama spells them.

Source: Ollama's API description, "Generate a chat completion". It has no `tool_choice`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vestibule.core.chat import Message, Sampling, Tool


def messages(turns: Sequence[Message]) -> list[dict[str, object]]:
    """A `developer` is a `system`, arguments of calls are objects, a tool's turn names its function (Ollama has no ids
    of calls), and images are in Base64 beside the text."""
    names = {call.id: call.name for turn in turns for call in turn.tool_calls}
    return [_message(turn, names) for turn in turns]


def _message(turn: Message, names: Mapping[str, str]) -> dict[str, object]:
    spelled: dict[str, object] = {"role": "system" if turn.role == "developer" else turn.role, "content": turn.content}
    if turn.tool_calls:
        spelled["tool_calls"] = [
            {"function": {"name": call.name, "arguments": _object(call.arguments)}} for call in turn.tool_calls
        ]
    if turn.images:
        spelled["images"] = [base64.b64encode(image.data).decode("ascii") for image in turn.images]
    if turn.tool_call_id is not None and turn.tool_call_id in names:
        spelled["tool_name"] = names[turn.tool_call_id]
    return spelled


def tool(offered: Tool) -> dict[str, object]:
    function = {"name": offered.name, "description": offered.description, "parameters": offered.parameters}
    return {"type": "function", "function": function}


def options(sampling: Sampling, context: int) -> dict[str, object]:
    named = {
        "num_ctx": context,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "num_predict": sampling.max_tokens,
        "stop": list(sampling.stop) or None,
        "seed": sampling.seed,
    }
    return {name: value for name, value in named.items() if value is not None}


def _object(arguments: str) -> dict[str, Any]:
    """What a model wrote as arguments; nothing where that was no JSON object."""
    try:
        return msgspec.json.decode(arguments, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
