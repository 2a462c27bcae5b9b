"""Turns, functions, formats and sampling as Gemini spells them.

Source: Google's Gemini API reference, `Content`, `Part`, `Tool`, `ToolConfig`, `GenerationConfig`; "Thought
signatures" for calls of which no signature is known.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool
from vestibule.core.generation import ModelRequest
from vestibule.providers.gemini.schema import schema

Part = dict[str, object]
NO_SIGNATURE = "skip_thought_signature_validator"


def system_instruction(turns: Sequence[Message]) -> dict[str, object] | None:
    said: list[Part] = [{"text": turn.content} for turn in turns if _is_instruction(turn) and turn.content]
    return {"parts": said} if said else None


def contents(turns: Sequence[Message], *, signed: bool) -> list[dict[str, object]]:
    """Turns of one role after the other are one, and a turn that says nothing is none. With `signed`, calls carry the
    word for a signature that is not known."""
    names = {call.id: call.name for turn in turns for call in turn.tool_calls}
    merged: list[tuple[str, list[Part]]] = []
    for turn in turns:
        parts = [] if _is_instruction(turn) else _parts(turn, names, signed)
        role = "model" if turn.role == "assistant" else "user"
        if parts and merged and merged[-1][0] == role:
            merged[-1][1].extend(parts)
        elif parts:
            merged.append((role, parts))
    return [{"role": role, "parts": parts} for role, parts in merged]


def tools(offered: Sequence[Tool]) -> list[dict[str, object]] | None:
    return [{"functionDeclarations": [_declaration(tool) for tool in offered]}] if offered else None


def tool_config(request: ModelRequest) -> dict[str, object] | None:
    """None where there is nothing to choose from, and for `auto`, which is what is done unasked."""
    wanted = request.tool_choice
    if not request.tools or wanted.mode == "auto":
        return None
    calling: dict[str, object] = {"mode": "NONE" if wanted.mode == "none" else "ANY"}
    if wanted.name is not None:
        calling["allowedFunctionNames"] = [wanted.name]
    return {"functionCallingConfig": calling}


def generation_config(sampling: Sampling, wanted: ResponseFormat) -> dict[str, object]:
    named = {
        "temperature": sampling.temperature,
        "topP": sampling.top_p,
        "maxOutputTokens": sampling.max_tokens,
        "stopSequences": list(sampling.stop) or None,
        "seed": None if sampling.seed is None else sampling.seed % 2**31,  # an int32
        "responseMimeType": None if wanted.kind == "text" else "application/json",
        "responseSchema": schema(wanted.schema) if wanted.schema else None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _is_instruction(turn: Message) -> bool:
    return turn.role in ("system", "developer")


def _parts(turn: Message, names: Mapping[str, str], signed: bool) -> list[Part]:
    if turn.role == "tool":
        return [_response(turn, names)]
    parts: list[Part] = [{"text": turn.content}] if turn.content else []
    for image in turn.images:
        data = base64.b64encode(image.data).decode("ascii")
        parts.append({"inlineData": {"mimeType": image.media_type, "data": data}})
    for at, call in enumerate(turn.tool_calls):
        part: Part = {"functionCall": {"id": call.id, "name": call.name, "args": _object(call.arguments) or {}}}
        if signed and at == 0:  # of calls side by side the first one carries it
            part["thoughtSignature"] = NO_SIGNATURE
        parts.append(part)
    return parts


def _response(turn: Message, names: Mapping[str, str]) -> Part:
    """A result is an object, one that is none becomes a member of one. It names its function."""
    identity = turn.tool_call_id or ""
    found = _object(turn.content)
    result = {"result": turn.content} if found is None else found
    name = names.get(identity) or turn.name or "unknown"
    return {"functionResponse": {"id": identity, "name": name, "response": result}}


def _object(text: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _declaration(offered: Tool) -> dict[str, object]:
    """A function without parameters has none: an object of no properties is refused."""
    declared: dict[str, object] = {"name": offered.name, "description": offered.description or offered.name}
    if offered.parameters.get("properties"):
        declared["parameters"] = schema(offered.parameters)
    return declared
