"""The `input` of a request: a text, or items of every kind that a conversation of ours can hold.

What an answer of ours came with may be sent back as it is. Items of tools that are not served are refused by name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vestibule.core.errors import InvalidRequest
from vestibule.gateway.responses.items import (
    Content,
    FileSearchCall,
    FunctionCall,
    FunctionOutput,
    InputImage,
    InputText,
    Item,
    MessageItem,
    MessageRole,
    OutputText,
    Refusal,
    new_id,
)
from vestibule.gateway.wire.decode import convert
from vestibule.gateway.wire.images import Detail
from vestibule.gateway.wire.refusals import clean, missing, not_served

Given = str | list[dict[str, Any]]
MOST_ITEMS = 2048
_Hint = Annotated[object, Meta(extra_json_schema={"description": "accepted, without effect"})]
_Unserved = Annotated[object, Meta(extra_json_schema={"type": "null", "description": "not served yet"})]
_CallId = Annotated[str, Meta(min_length=1, max_length=128)]


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    type: str
    annotations: _Hint = None
    logprobs: _Hint = None
    prompt_cache_breakpoint: _Hint = None


class _Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refusal: str
    type: str


class _Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    image_url: str | None = None
    file_id: _Unserved = None
    detail: Detail | None = None
    prompt_cache_breakpoint: _Hint = None


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: MessageRole
    content: str | list[dict[str, Any]]
    type: str = "message"
    id: _Hint = None
    status: _Hint = None
    phase: _Hint = None


class _Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    call_id: _CallId
    name: str
    arguments: str
    id: _Hint = None
    status: _Hint = None
    caller: _Unserved = None
    namespace: _Unserved = None


class _CallOutput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    call_id: _CallId
    output: str | list[dict[str, Any]]
    id: _Hint = None
    status: _Hint = None
    name: _Hint = None
    caller: _Unserved = None
    namespace: _Unserved = None


class _Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["file_search_call"]
    id: str
    queries: list[str] = []
    status: _Hint = None
    results: _Hint = None


def items(given: Given) -> tuple[Item, ...]:
    """Read an input, giving an id to each item. Raise `InvalidRequest` naming the place of what is wrong."""
    if isinstance(given, str):
        return (MessageItem(new_id("msg"), "user", (InputText(clean(given, "input")),)),)
    if len(given) > MOST_ITEMS:
        raise InvalidRequest(
            f"`input` has {len(given)} items.", next_step=f"At most {MOST_ITEMS} are taken.", param="input"
        )
    return tuple(_item(item, f"input[{index}]") for index, item in enumerate(given))


def _item(item: dict[str, Any], path: str) -> Item:
    kind = item.get("type", "message" if "role" in item else None)
    match kind:
        case "message":
            return _message(convert(item, _Message, path), path)
        case "function_call":
            call = convert(item, _Call, path)
            _refuse(path, caller=call.caller, namespace=call.namespace)
            said = clean(call.arguments, f"{path}.arguments")
            return FunctionCall(new_id("fc"), clean(call.call_id, f"{path}.call_id"), call.name, said)
        case "function_call_output":
            made = convert(item, _CallOutput, path)
            _refuse(path, caller=made.caller, namespace=made.namespace)
            output = _output(made.output, f"{path}.output")
            return FunctionOutput(new_id("fco"), clean(made.call_id, f"{path}.call_id"), output)
        case "file_search_call":
            search = convert(item, _Search, path)
            return FileSearchCall(new_id("fs"), tuple(clean(query, f"{path}.queries") for query in search.queries))
        case None:
            raise missing(f"{path}.type")
    raise InvalidRequest(
        f"`{path}` is of type `{str(kind)[:40]}`, which is not served yet by this model.",
        next_step="Send messages, calls of functions and their outputs.",
        param=f"{path}.type",
    )


def _message(message: _Message, path: str) -> MessageItem:
    of_assistant = message.role == "assistant"
    if isinstance(message.content, str):
        text = clean(message.content, f"{path}.content")
        return MessageItem(new_id("msg"), message.role, (OutputText(text) if of_assistant else InputText(text),))
    content = tuple(_part(part, message.role, f"{path}.content[{index}]") for index, part in enumerate(message.content))
    return MessageItem(new_id("msg"), message.role, content)


def _part(part: dict[str, Any], role: MessageRole, path: str) -> Content:
    kind = part.get("type")
    match kind:
        case "input_text" | "output_text" | "text":
            text = clean(convert(part, _Text, path).text, f"{path}.text")
            return OutputText(text) if role == "assistant" else InputText(text)
        case "refusal" if role == "assistant":
            return Refusal(clean(convert(part, _Refused, path).refusal, f"{path}.refusal"))
        case "input_image" if role == "user":
            return _picture(convert(part, _Picture, path), path)
        case None:
            raise missing(f"{path}.type")
    raise InvalidRequest(
        f"`{path}` is of type `{str(kind)[:40]}`, which is not served in a turn of role `{role}`.",
        next_step="Send text, or images in user messages.",
        param=path,
    )


def _picture(picture: _Picture, path: str) -> InputImage:
    _refuse(path, file_id=picture.file_id)
    if picture.image_url is None:
        raise missing(f"{path}.image_url")
    return InputImage(picture.image_url, picture.detail or "auto")


def _output(output: str | list[dict[str, Any]], path: str) -> str:
    if isinstance(output, str):
        return clean(output, path)
    said = []
    for index, part in enumerate(output):
        if part.get("type") != "input_text":
            raise not_served(f"{path}[{index}]", "Send the output as text.")
        said.append(clean(convert(part, _Text, f"{path}[{index}]").text, f"{path}[{index}].text"))
    return "\n".join(said)


def _refuse(path: str, **fields: object) -> None:
    for name, value in fields.items():
        if value is not None:
            raise not_served(f"{path}.{name}")
