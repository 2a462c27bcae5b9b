"""Items of a response, asked and answered, as they are told and stored; and the turns of a conversation they make.

Source: OpenAI's API description, `ItemResource`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import Message, Role, ToolCall
from vestibule.gateway.wire.images import Detail, image_at, sorted_out
from vestibule.gateway.wire.logprobs import WireTokenLogprob

Status = Literal["in_progress", "completed", "incomplete"]
MessageRole = Literal["user", "system", "developer", "assistant"]


class FileCitation(msgspec.Struct, frozen=True, tag_field="type", tag="file_citation"):
    """`index` is where in the text the mark of the citation stands, in characters."""

    file_id: str
    index: int
    filename: str


class InputText(msgspec.Struct, frozen=True, tag_field="type", tag="input_text"):
    text: str


class InputImage(msgspec.Struct, frozen=True, tag_field="type", tag="input_image"):
    image_url: str
    detail: Detail = "auto"


class OutputText(msgspec.Struct, frozen=True, tag_field="type", tag="output_text"):
    text: str
    annotations: tuple[FileCitation, ...] = ()
    logprobs: tuple[WireTokenLogprob, ...] = ()


class Refusal(msgspec.Struct, frozen=True, tag_field="type", tag="refusal"):
    refusal: str


Content = InputText | InputImage | OutputText | Refusal


class MessageItem(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    id: str
    role: MessageRole
    content: tuple[Content, ...]
    status: Status = "completed"


class FunctionCall(msgspec.Struct, frozen=True, tag_field="type", tag="function_call"):
    id: str
    call_id: str
    name: str
    arguments: str
    status: Status = "completed"


class FunctionOutput(msgspec.Struct, frozen=True, tag_field="type", tag="function_call_output"):
    id: str
    call_id: str
    output: str
    status: Status = "completed"


class SearchResult(msgspec.Struct, frozen=True):
    """A passage that the answer cites: `text` is the exact span it rests on."""

    file_id: str
    filename: str
    text: str


class FileSearchCall(msgspec.Struct, frozen=True, tag_field="type", tag="file_search_call"):
    """A search of the knowledge base; `results` only where they were asked for."""

    id: str
    queries: tuple[str, ...]
    status: Literal["in_progress", "searching", "completed"] = "completed"
    results: tuple[SearchResult, ...] | None = None


Item = MessageItem | FunctionCall | FunctionOutput | FileSearchCall


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(24)}"


def turns(items: Iterable[Item], path: str = "input") -> tuple[Message, ...]:
    """The conversation that items tell. Calls belong to the assistant's turn before them; what was searched for is no
    turn. Raise `InvalidRequest` for an image that is none, naming the place under `path`."""
    told: list[Message] = []
    for index, item in enumerate(items):
        if isinstance(item, MessageItem):
            told.append(_turn(item, f"{path}[{index}]"))
        elif isinstance(item, FunctionOutput):
            told.append(Message("tool", item.output, tool_call_id=item.call_id))
        elif isinstance(item, FunctionCall):
            call = ToolCall(item.call_id, item.name, item.arguments)
            if told and told[-1].role == "assistant":
                told[-1] = replace(told[-1], tool_calls=(*told[-1].tool_calls, call))
            else:
                told.append(Message("assistant", tool_calls=(call,)))
    return tuple(told)


def _turn(item: MessageItem, path: str) -> Message:
    role: Role = item.role
    said = [_said(part) for part in item.content if not isinstance(part, InputImage)]
    pictures = (
        image_at(part.image_url, part.detail, f"{path}.content[{at}].image_url")
        for at, part in enumerate(item.content)
        if isinstance(part, InputImage)
    )
    images, links = sorted_out(pictures)
    return Message(role, "\n".join(said), images=images, links=links)


def _said(part: InputText | OutputText | Refusal) -> str:
    return part.refusal if isinstance(part, Refusal) else part.text
