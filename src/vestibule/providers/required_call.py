"""A call that must be made, of a model that nothing else makes call: a format that nothing but a call fits.

Ollama has no `tool_choice`, and llama.cpp's `required` holds only models whose way of calling it knows. The functions
are put into words, the answer is held to the schema of a call, and what comes back is read as one. Sources: Ollama's
API description, "Structured outputs"; llama.cpp's `tools/server`, `response_format`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall, ToolChoice
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk

TITLE = "call of a function"


class _Made(msgspec.Struct):
    name: str
    arguments: dict[str, Any] = {}


def callable_tools(request: ModelRequest) -> tuple[Tool, ...]:
    """The one that was named, or all."""
    return tuple(tool for tool in request.tools if request.tool_choice.name in (None, tool.name))


def held_to_a_call(request: ModelRequest) -> ModelRequest:
    """The request with its functions in words and a call as its only format, where one of them must be called; else as
    it is. What answers it is for `call_in` to read."""
    tools = callable_tools(request)
    if request.tool_choice.mode != "required" or not tools:
        return request
    return replace(
        request,
        prompt=_told(_call_words(tools), request.prompt or request.messages),
        tools=(),
        tool_choice=ToolChoice(),
        response_format=ResponseFormat("json_schema", "call", _call_schema(tools), strict=True),
    )


def is_call(schema: object) -> bool:
    """Whether this schema is that of a call."""
    return isinstance(schema, dict) and schema.get("title") == TITLE


async def call_in(answer: AsyncGenerator[Chunk, None], model: str) -> AsyncGenerator[Chunk, None]:
    """All that is said is one call. Until it is whole there are empty pieces: signs of life. Raise `UpstreamFailed`
    for what is no call."""
    said = ""
    async with aclosing(answer) as chunks:
        async for chunk in chunks:
            said += chunk.text
            if chunk.finish_reason is None:
                yield Chunk(reasoning=chunk.reasoning)
            elif chunk.finish_reason == "stop":
                yield replace(chunk, text="", parts=(), tool_calls=(_read(said, model),), finish_reason="tool_calls")
            else:
                yield replace(chunk, text="", parts=())


def _call_schema(tools: Sequence[Tool]) -> dict[str, Any]:
    """Of a call of one of `tools`. Definitions that parameters refer to stand at its root."""
    definitions: dict[str, Any] = {}
    calls = []
    for tool in tools:
        parameters = {"type": "object"} | tool.parameters
        definitions |= parameters.pop("$defs", {})
        properties = {"name": {"type": "string", "enum": [tool.name]}, "arguments": parameters}
        calls.append({"type": "object", "properties": properties, "required": ["name", "arguments"]})
    one_of = calls[0] if len(calls) == 1 else {"anyOf": calls}
    return {"title": TITLE, **one_of} | ({"$defs": definitions} if definitions else {})


def _call_words(tools: Sequence[Tool]) -> str:
    """What is said to the model: grammar alone does not tell it what the functions are for."""
    functions = [{"name": t.name, "description": t.description, "parameters": t.parameters} for t in tools]
    return (
        "Answer by calling one of these functions. Write nothing but a JSON object with `name` and `arguments`.\n"
        f"{msgspec.json.encode(functions).decode()}"
    )


def _told(words: str, turns: Sequence[Message]) -> tuple[Message, ...]:
    """In the first system turn, as many templates take one only."""
    first, *others = turns
    if first.role in ("system", "developer"):
        return (replace(first, content=f"{words}\n\n{first.content}"), *others)
    return (Message("system", words), *turns)


def _read(text: str, model: str) -> ToolCall:
    try:
        made = msgspec.json.decode(text, type=_Made)
    except msgspec.DecodeError:
        raise UpstreamFailed(
            f"{model} called no function though it had to.", next_step="Ask another model.", fault="malformed"
        ) from None
    return ToolCall(f"call_{secrets.token_hex(12)}", made.name, msgspec.json.encode(made.arguments).decode())
