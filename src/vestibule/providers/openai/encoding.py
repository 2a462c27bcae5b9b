"""Turns, functions and formats as OpenAI's chat completions spell them.

Source: OpenAI's API description, `CreateChatCompletionRequest`.
"""

from __future__ import annotations

import base64

from vestibule.core.chat import Image, Message, ResponseFormat, Tool
from vestibule.core.generation import ModelRequest


def message(turn: Message) -> dict[str, object]:
    """A turn that is nothing but calls has no content; one with images has parts."""
    spelled: dict[str, object] = {"role": turn.role, "content": turn.content}
    if turn.images:
        said = [{"type": "text", "text": turn.content}] if turn.content else []
        spelled["content"] = [*said, *map(_image, turn.images)]
    if turn.tool_calls:
        spelled["content"] = turn.content or None
        spelled["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.tool_calls
        ]
    if turn.tool_call_id is not None:
        spelled["tool_call_id"] = turn.tool_call_id
    return spelled


def _image(sent: Image) -> dict[str, object]:
    url = f"data:{sent.media_type};base64,{base64.b64encode(sent.data).decode('ascii')}"
    return {"type": "image_url", "image_url": {"url": url, "detail": sent.detail}}


def tool(offered: Tool) -> dict[str, object]:
    function = {"name": offered.name, "description": offered.description, "parameters": offered.parameters}
    return {"type": "function", "function": function}


def choice(request: ModelRequest) -> object:
    """None where there is nothing to choose from, and for `auto`, which is what a server does unasked."""
    if not request.tools or request.tool_choice.mode == "auto":
        return None
    if request.tool_choice.name is not None:
        return {"type": "function", "function": {"name": request.tool_choice.name}}
    return request.tool_choice.mode


def response_format(wanted: ResponseFormat) -> object:
    if wanted.kind == "text":
        return None
    if wanted.kind == "json_object":
        return {"type": "json_object"}
    asked = {"name": wanted.name, "schema": wanted.schema, "strict": wanted.strict}
    return {"type": "json_schema", "json_schema": asked}
