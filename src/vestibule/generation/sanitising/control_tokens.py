"""Tokens by which chat templates open and close turns, written as text: a model's server reads them as the real ones.

Source: the templates of ChatML (Qwen, Yi, our own), Llama 2 to 4, Mistral, Gemma, Phi, DeepSeek, GLM, Cohere, Granite,
EXAONE and gpt-oss.
"""

from __future__ import annotations

import contextlib
import re

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import Message, Tool, ToolCall

_TOKEN = re.compile(
    r"<\|[^\s|<>]{1,64}\|>"
    r"|<\uff5c[^<>\n]{1,64}\uff5c>"
    r"|</?s>|<</?SYS>>"
    r"|<(?:start_of_turn|end_of_turn|start_of_image|end_of_image|bos|eos|pad|unk|unused\d{1,4})>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID|THINK|IMG|IMG_BREAK"
    r"|IMG_END|PREFIX|MIDDLE|SUFFIX|MODEL_SETTINGS)\]"
    r"|\[\|[^\s|\[\]]{1,64}\|\]"
)
_LOOK_ALIKE = str.maketrans("<>[]", "‹›‹›")


def neutralised(text: str) -> str:
    """`text` with such tokens written with other brackets; the same text where there is none."""
    if "<" not in text and "[" not in text:
        return text
    return _TOKEN.sub(lambda token: token[0].translate(_LOOK_ALIKE), text)


def neutralised_message(message: Message) -> Message:
    """`message` without such tokens in anything of it that a template writes; the same one where there is none."""
    content = neutralised(message.content)
    name = neutralised(message.name) if message.name else message.name
    calls = tuple(map(_neutralised_call, message.tool_calls))
    if content is message.content and name is message.name and calls == message.tool_calls:
        return message
    return replace(message, content=content, name=name, tool_calls=calls)


def neutralised_tool(tool: Tool) -> Tool:
    """`tool` without such tokens in its description and its schema; the same one where there is none."""
    said = msgspec.json.encode(tool).decode()
    harmless = neutralised(said)
    return tool if harmless is said or harmless == said else msgspec.json.decode(harmless, type=Tool)


def _neutralised_call(call: ToolCall) -> ToolCall:
    arguments = call.arguments
    if "\\u00" in arguments:  # a bracket that is escaped is one again when a template writes the arguments
        with contextlib.suppress(msgspec.DecodeError):
            arguments = msgspec.json.encode(msgspec.json.decode(arguments)).decode()
    return ToolCall(call.id, neutralised(call.name), neutralised(arguments))
