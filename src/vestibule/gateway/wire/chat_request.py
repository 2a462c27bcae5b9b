"""OpenAI's chat-completions request, every published field of it, and what becomes of each.

A field we cannot honour yet may be sent with its default; any other value is refused by name rather than ignored.
Hints that change no answer are accepted: `prompt_cache_key` and `user` say what belongs together, others nothing.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vestibule.core.chat import ChatRequest, Message, Options, Sampling
from vestibule.core.errors import InvalidRequest
from vestibule.gateway.wire import tools as wire_tools
from vestibule.gateway.wire.bounds import MOST_LOGPROBS, require_bounds
from vestibule.gateway.wire.decode import decode
from vestibule.gateway.wire.images import Picture, WireImage, image, require_few, sorted_out
from vestibule.gateway.wire.refusals import clean, missing, not_served
from vestibule.gateway.wire.tools import WireResponseFormat, WireTool, WireToolCall, WireToolChoice

MOST_CHOICES = 8

_Text = Annotated[str, Meta(max_length=1024)]
_Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Unserved = Annotated[object, Meta(extra_json_schema={"type": "null", "description": "not served yet"})]
_Hint = Annotated[object, Meta(extra_json_schema={"description": "accepted, without effect"})]
_Seed = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["text", "refusal", "image_url", "input_audio", "file"]
    text: str | None = None
    refusal: str | None = None
    image_url: WireImage | None = None
    input_audio: _Unserved = None
    file: _Unserved = None
    prompt_cache_breakpoint: _Hint = None


class WireMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None
    name: _Text | None = None
    tool_call_id: _Text | None = None
    refusal: str | None = None
    tool_calls: list[WireToolCall] | None = None
    function_call: _Unserved = None
    audio: _Unserved = None
    annotations: _Hint = None


class StreamOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class ChatBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/chat/completions`; `vestibule` is our own part of it."""

    model: str
    messages: Annotated[list[WireMessage], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    max_tokens: _Count | None = None
    max_completion_tokens: _Count | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    seed: _Seed | None = None
    metadata: dict[str, str] | None = None
    vestibule: Options | None = None

    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: _Hint = None
    parallel_tool_calls: bool | None = None
    tools: Annotated[list[WireTool], Meta(max_length=128)] | None = None
    tool_choice: WireToolChoice | None = None
    response_format: WireResponseFormat | None = None

    n: Annotated[int, Meta(ge=1, le=MOST_CHOICES)] | None = None
    functions: list[_Unserved] | None = None
    function_call: _Unserved = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=MOST_LOGPROBS)] | None = None
    logit_bias: dict[str, int] | None = None
    modalities: list[str] | None = None
    audio: _Unserved = None
    prediction: _Unserved = None
    web_search_options: _Unserved = None
    moderation: _Unserved = None
    store: bool | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    service_tier: str | None = None


# besides null, the values that ask for nothing we do not do anyway
_HARMLESS: dict[str, tuple[object, ...]] = {
    "functions": ([],),
    "function_call": ("none", "auto"),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "audio": (),
    "prediction": (),
    "web_search_options": (),
    "moderation": (),
    "store": (False,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "reasoning_effort": ("none", "medium"),
    "verbosity": ("medium",),
    "service_tier": ("auto", "default"),
}
_asked = attrgetter(*_HARMLESS)
_NOTHING = (None,) * len(_HARMLESS)
_DECODER = msgspec.json.Decoder(ChatBody)


def decode_chat(body: bytes) -> ChatRequest:
    """Decode a request. Raise `InvalidRequest` naming the field for what is wrong or not served."""
    wire = decode(body, _DECODER)
    _refuse_what_is_not_served(wire)
    options = wire.stream_options or StreamOptions()
    offered = wire_tools.tools(wire.tools)
    request = ChatRequest(
        model=clean(wire.model, "model"),
        messages=_messages(wire.messages),
        stream=bool(wire.stream),
        include_usage=bool(options.include_usage),
        sampling=Sampling(
            temperature=wire.temperature,
            top_p=wire.top_p,
            max_tokens=wire.max_completion_tokens or wire.max_tokens,
            stop=(wire.stop,) if isinstance(wire.stop, str) else tuple(wire.stop or ()),
            seed=wire.seed,
            logprobs=_logprobs(wire),
        ),
        tools=offered,
        tool_choice=wire_tools.tool_choice(wire.tool_choice, offered),
        response_format=wire_tools.response_format(wire.response_format),
        options=wire.vestibule or Options(),
        metadata=dict(wire.metadata or {}),
        choices=_choices(wire),
        parallel_calls=wire.parallel_tool_calls is not False,
        session=session_of(wire.vestibule, wire.prompt_cache_key, wire.user, wire.safety_identifier),
        user=wire.safety_identifier or wire.user or "",
    )
    require_bounds(request, body)
    return request


def session_of(options: Options | None, *hints: str | None) -> str:
    """What the caller says belongs together: our own option, else the first of OpenAI's hints that is there."""
    said = options.session if options else None
    return said or next(filter(None, hints), "")


def _refuse_what_is_not_served(wire: ChatBody) -> None:
    asked = _asked(wire)
    if asked != _NOTHING:
        for value, (name, harmless) in zip(asked, _HARMLESS.items(), strict=True):
            if value is not None and value not in harmless:
                raise not_served(name)
    if wire.stream_options is not None and not wire.stream:
        raise InvalidRequest(
            "`stream_options` goes with `stream`.", next_step="Set `stream` to true.", param="stream_options"
        )
    if wire.stream_options is not None and wire.stream_options.include_obfuscation:
        raise not_served("stream_options.include_obfuscation")


def _logprobs(wire: ChatBody) -> int | None:
    if wire.logprobs:
        return wire.top_logprobs or 0
    if wire.top_logprobs:
        raise InvalidRequest(
            "`top_logprobs` goes with `logprobs`.", next_step="Set `logprobs` to true.", param="top_logprobs"
        )
    return None


def _choices(wire: ChatBody) -> int:
    choices = wire.n or 1
    if choices > 1 and wire.vestibule is not None and wire.vestibule.cache == "only":
        raise InvalidRequest(
            "`n` asks for several answers and `vestibule.cache` for the one in the cache.",
            next_step="Leave one of the two out.",
            param="n",
        )
    return choices


def _messages(wire: list[WireMessage]) -> tuple[Message, ...]:
    messages = tuple(_message(message, f"messages[{index}]") for index, message in enumerate(wire))
    require_few(sum(len(message.images) + len(message.links) for message in messages))
    question = next((m.content for m in reversed(messages) if m.role == "user"), "")
    if not question.strip():
        raise InvalidRequest(
            "There is no question: `messages` needs one with role `user` and some text.",
            next_step="Put the question into the last user message.",
            param="messages",
        )
    return messages


def _message(wire: WireMessage, path: str) -> Message:
    if wire.audio is not None:
        raise not_served(f"{path}.audio")
    if wire.role == "tool" and not wire.tool_call_id:
        raise missing(f"{path}.tool_call_id")
    if wire.content is None and wire.role not in ("assistant", "function"):
        raise missing(f"{path}.content")
    role = "tool" if wire.role == "function" else wire.role
    name = None if wire.name is None else clean(wire.name, f"{path}.name")
    return Message(
        role,
        clean(_text(wire, path), f"{path}.content"),
        name,
        wire_tools.calls(wire.tool_calls),
        wire.tool_call_id,
        *sorted_out(_pictures(wire, path)),
    )


def _text(wire: WireMessage, path: str) -> str:
    if isinstance(wire.content, list):
        said = [_part(part, f"{path}.content[{index}]") for index, part in enumerate(wire.content)]
        return "\n".join(text for text in said if text is not None)
    return wire.content or wire.refusal or ""


def _part(part: Part, path: str) -> str | None:
    """What a part says; None for an image."""
    if part.type == "image_url":
        return None
    if part.type not in ("text", "refusal"):
        raise InvalidRequest(
            f"`{path}` is of type `{part.type}`, which is not served yet by this model.",
            next_step="Send text or images.",
            param=path,
        )
    text = part.text if part.type == "text" else part.refusal
    if text is None:
        raise missing(f"{path}.{part.type}")
    return text


def _pictures(wire: WireMessage, path: str) -> list[Picture]:
    parts = wire.content if isinstance(wire.content, list) else []
    found: list[Picture] = []
    for index, part in enumerate(parts):
        place = f"{path}.content[{index}]"
        if part.type != "image_url":
            continue
        if wire.role != "user":
            raise InvalidRequest(
                f"`{place}` is an image in a turn of role `{wire.role}`.",
                next_step="Images go into user messages.",
                param=place,
            )
        if part.image_url is None:
            raise missing(f"{place}.image_url")
        found.append(image(part.image_url, f"{place}.image_url"))
    return found
