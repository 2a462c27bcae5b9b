"""Tools, their choice and the format of the text, as OpenAI's responses spell them, both ways.

`file_search` searches our knowledge base, which has one vector store for each tenant. Other tools are refused by name.
Source: OpenAI's API description, `Tool`, `ToolChoiceParam`, `TextResponseFormatConfiguration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vestibule.core.chat import ResponseFormat, Tool, ToolChoice
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.gateway.wire import tools as chat_tools
from vestibule.gateway.wire.decode import convert
from vestibule.gateway.wire.refusals import missing, not_served
from vestibule.gateway.wire.tools import WireFunction, WireJsonSchema, WireNamedChoice, WireTool, WireToolChoice

KNOWLEDGE = "vs_knowledge"
"""The one vector store that a tenant has: its knowledge base."""

_Name = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-zA-Z0-9_-]+$")]
_Schema = dict[str, Any]
_Unserved = Annotated[object, Meta(extra_json_schema={"type": "null", "description": "not served yet"})]


class FunctionTool(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="function"):
    name: _Name
    parameters: _Schema | None = None
    strict: bool | None = None
    description: str | None = None


class FileSearchTool(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="file_search"):
    vector_store_ids: Annotated[list[str], Meta(min_length=1, max_length=2)]
    max_num_results: Annotated[int, Meta(ge=1, le=50)] | msgspec.UnsetType = msgspec.UNSET


class _GivenFunction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    name: _Name
    parameters: _Schema | None = None
    strict: bool | None = None
    description: str | None = None
    output_schema: _Unserved = None
    defer_loading: bool | None = None
    allowed_callers: _Unserved = None


class _GivenSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    vector_store_ids: Annotated[list[str], Meta(min_length=1, max_length=2)]
    max_num_results: Annotated[int, Meta(ge=1, le=50)] | None = None
    ranking_options: _Unserved = None
    filters: _Unserved = None


class ToolType(msgspec.Struct, frozen=True):
    """`{"type": "file_search"}`, or a function by its name."""

    type: Literal["file_search", "function"]
    name: _Name | msgspec.UnsetType = msgspec.UNSET


class TextFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    type: Literal["text", "json_object", "json_schema"]
    name: _Name | None = None
    schema: _Schema | None = None
    strict: bool | None = None
    description: str | None = None


class TextOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: TextFormat | None = None
    verbosity: str | None = None


OfferedTool = FunctionTool | FileSearchTool
Choice = Literal["none", "auto", "required"] | ToolType


class Offered(msgspec.Struct, frozen=True):
    """What may be used for an answer: functions of the caller, and whether the knowledge base is searched."""

    tools: tuple[OfferedTool, ...] = ()
    functions: tuple[Tool, ...] = ()
    choice: ToolChoice = ToolChoice()

    @property
    def search(self) -> FileSearchTool | None:
        return next((tool for tool in self.tools if isinstance(tool, FileSearchTool)), None)

    @property
    def most_passages(self) -> int | None:
        most = self.search.max_num_results if self.search else msgspec.UNSET
        return None if most is msgspec.UNSET else most


def offered(given: Sequence[dict[str, Any]] | None, choice: Choice | None) -> Offered:
    """Raise `InvalidRequest` or, for a vector store that is not there, `NotFound`."""
    tools = tuple(_tool(tool, f"tools[{index}]") for index, tool in enumerate(given or ()))
    if sum(isinstance(tool, FileSearchTool) for tool in tools) > 1:
        raise InvalidRequest("`tools` holds `file_search` twice.", next_step="Offer it once.", param="tools")
    functions = chat_tools.tools(
        [
            WireTool("function", WireFunction(tool.name, tool.description, tool.parameters))
            for tool in tools
            if isinstance(tool, FunctionTool)
        ]
    )
    if any(isinstance(tool, FileSearchTool) for tool in tools) and _asks_for_search(choice, functions):
        # a search is made whenever it is offered, so what is required of it is done
        return Offered(tools, functions)
    return Offered(tools, functions, chat_tools.tool_choice(_chat_choice(choice), functions))


def _asks_for_search(choice: Choice | None, functions: Sequence[Tool]) -> bool:
    if isinstance(choice, ToolType):
        return choice.type == "file_search"
    return choice == "required" and not functions


def _chat_choice(choice: Choice | None) -> WireToolChoice | None:
    if not isinstance(choice, ToolType):
        return choice
    if choice.type == "file_search":
        raise InvalidRequest(
            "`tool_choice` names `file_search`, which is not in `tools`.",
            next_step="Offer it, or leave the choice out.",
            param="tool_choice",
        )
    if choice.name is msgspec.UNSET:
        raise missing("tool_choice.name")
    return convert({"type": "function", "function": {"name": choice.name}}, WireNamedChoice, "tool_choice")


def _tool(tool: dict[str, Any], path: str) -> OfferedTool:
    kind = tool.get("type")
    match kind:
        case "function":
            function = convert(tool, _GivenFunction, path)
            _refuse(path, output_schema=function.output_schema, allowed_callers=function.allowed_callers)
            _refuse(path, defer_loading=function.defer_loading or None)
            return FunctionTool(function.name, function.parameters, function.strict, function.description)
        case "file_search":
            search = convert(tool, _GivenSearch, path)
            _refuse(path, ranking_options=search.ranking_options, filters=search.filters)
            for index, store in enumerate(search.vector_store_ids):
                if store != KNOWLEDGE:
                    raise _no_store(store, f"{path}.vector_store_ids[{index}]")
            return FileSearchTool(search.vector_store_ids, search.max_num_results or msgspec.UNSET)
        case None:
            raise missing(f"{path}.type")
    raise InvalidRequest(
        f"`{path}` is of type `{str(kind)[:40]}`, which is not served.",
        next_step="Offer functions, or `file_search` for the knowledge base.",
        param=f"{path}.type",
    )


def response_format(text: TextOptions | None) -> ResponseFormat:
    wanted = text.format if text else None
    if wanted is None or wanted.type == "text":
        return ResponseFormat()
    if wanted.type == "json_object":
        return ResponseFormat("json_object")
    if wanted.name is None or wanted.schema is None:
        raise missing("text.format.name" if wanted.name is None else "text.format.schema")
    described = WireJsonSchema(wanted.name, wanted.description, wanted.schema, wanted.strict)
    return chat_tools.json_schema(described, "text.format.schema")


def _no_store(store: str, path: str) -> NotFound:
    return NotFound(
        f"The vector store `{store[:80]}` does not exist here.",
        next_step=f"The knowledge base is `{KNOWLEDGE}`.",
        param=path,
    )


def _refuse(path: str, **fields: object) -> None:
    for name, value in fields.items():
        if value is not None:
            raise not_served(f"{path}.{name}")
