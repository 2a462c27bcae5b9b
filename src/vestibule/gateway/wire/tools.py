"""Functions, calls of them and response formats as OpenAI's chat completions spell them, both ways.

Calls of `custom` tools, which take free text in place of JSON, are refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vestibule.core.chat import ResponseFormat, Tool, ToolCall, ToolChoice
from vestibule.core.errors import InvalidRequest
from vestibule.generation.structured import require_schema

_FunctionName = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-zA-Z0-9_-]+$")]
_Schema = dict[str, Any]


class WireFunction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _FunctionName
    description: str | None = None
    parameters: _Schema | None = None
    strict: bool | None = None


class WireTool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["function"]
    function: WireFunction


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _FunctionName


class WireNamedChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["function"]
    function: _Named


WireToolChoice = Literal["none", "auto", "required"] | WireNamedChoice


class WireCalledFunction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    arguments: str


class WireToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    function: WireCalledFunction
    type: Literal["function"] = "function"


class WireToolCallDelta(msgspec.Struct, frozen=True):
    index: int
    id: str
    function: WireCalledFunction
    type: Literal["function"] = "function"


class WireJsonSchema(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: _FunctionName
    description: str | None = None
    schema: _Schema | None = None
    strict: bool | None = None


class WireResponseFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: WireJsonSchema | None = None


def tools(wire: Sequence[WireTool] | None) -> tuple[Tool, ...]:
    offered = tuple(
        Tool(t.function.name, t.function.description or "", t.function.parameters or {}) for t in wire or ()
    )
    if len({tool.name for tool in offered}) < len(offered):
        raise InvalidRequest("Two of `tools` have the same name.", next_step="Rename one of them.", param="tools")
    for index, tool in enumerate(offered):
        require_schema(tool.parameters, f"tools[{index}].function.parameters")
    return offered


def tool_choice(wire: WireToolChoice | None, offered: Sequence[Tool]) -> ToolChoice:
    """`auto` where nothing is said. Raise `InvalidRequest` for a function that must be called and is not offered."""
    if wire is None or wire == "auto":
        return ToolChoice()
    if isinstance(wire, WireNamedChoice):
        name = wire.function.name
        if name not in {tool.name for tool in offered}:
            raise InvalidRequest(
                f"`tool_choice` names the function `{name}`, which is not in `tools`.",
                next_step="Offer it, or name one that is offered.",
                param="tool_choice",
            )
        return ToolChoice("required", name)
    if wire == "required" and not offered:
        raise InvalidRequest(
            "`tool_choice` is `required` and `tools` is empty.", next_step="Offer a function.", param="tool_choice"
        )
    return ToolChoice("none" if wire == "none" else "required")


def calls(wire: Sequence[WireToolCall] | None) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(call.id, call.function.name, call.function.arguments) for call in wire or ())


def response_format(wire: WireResponseFormat | None) -> ResponseFormat:
    if wire is None:
        return ResponseFormat()
    if wire.type != "json_schema":
        return ResponseFormat(wire.type)
    if wire.json_schema is None or wire.json_schema.schema is None:
        raise InvalidRequest(
            "`response_format` of type `json_schema` comes without a schema.",
            next_step="Put it into `response_format.json_schema.schema`.",
            param="response_format",
        )
    return json_schema(wire.json_schema, "response_format.json_schema.schema")


def json_schema(wire: WireJsonSchema, path: str) -> ResponseFormat:
    """Raise `InvalidRequest`, naming `path`, for a schema that is not taken."""
    require_schema(wire.schema or {}, path)
    return ResponseFormat("json_schema", wire.name, wire.schema or {}, strict=bool(wire.strict))


def said_calls(made: Sequence[ToolCall]) -> tuple[WireToolCall, ...]:
    return tuple(WireToolCall(call.id, WireCalledFunction(call.name, call.arguments)) for call in made)


def call_deltas(made: Sequence[ToolCall], first: int) -> tuple[WireToolCallDelta, ...]:
    """Whole calls as the pieces of a stream; `first` is the index of the first of them."""
    return tuple(
        WireToolCallDelta(index, call.id, WireCalledFunction(call.name, call.arguments))
        for index, call in enumerate(made, first)
    )
