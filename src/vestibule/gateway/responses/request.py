"""OpenAI's request for a response, every published field of it, and what becomes of each.

A field we cannot honour may be sent with its default; any other value is refused by name rather than ignored.
Source: OpenAI's API description, `CreateResponse`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from vestibule.core.chat import ChatRequest, Message, Options, ResponseFormat, Sampling
from vestibule.core.errors import InvalidRequest
from vestibule.core.sensitivity import PrivacyClass
from vestibule.gateway.responses.input import Given, items
from vestibule.gateway.responses.items import Item, turns
from vestibule.gateway.responses.tools import Choice, Offered, TextOptions, offered, response_format
from vestibule.gateway.wire.bounds import MOST_LOGPROBS
from vestibule.gateway.wire.chat_request import session_of
from vestibule.gateway.wire.decode import decode
from vestibule.gateway.wire.images import require_few
from vestibule.gateway.wire.refusals import clean, missing, not_served

LOGPROBS = "message.output_text.logprobs"
INCLUDED = ("file_search_call.results", "message.input_image.image_url", LOGPROBS, "reasoning.encrypted_content")
_Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Unserved = Annotated[object, Meta(extra_json_schema={"type": "null", "description": "not served yet"})]
_Hint = Annotated[object, Meta(extra_json_schema={"description": "accepted, without effect"})]
_Metadata = Annotated[dict[str, Annotated[str, Meta(max_length=512)]], Meta(max_length=16)]


class Reasoning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    effort: str | None = None
    summary: _Unserved = None
    generate_summary: _Unserved = None
    context: _Unserved = None
    mode: _Unserved = None


class StreamOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    include_obfuscation: bool | None = None


class ResponseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/responses`; `vestibule` is our own part of it."""

    model: str | None = None
    input: Given | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    store: bool | None = None
    include: list[str] | None = None
    tools: Annotated[list[dict[str, Any]], Meta(max_length=128)] | None = None
    tool_choice: Choice | None = None
    parallel_tool_calls: bool | None = None
    max_tool_calls: _Count | None = None
    text: TextOptions | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    max_output_tokens: _Count | None = None
    metadata: _Metadata | None = None
    vestibule: Options | None = None

    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: _Hint = None

    background: bool | None = None
    truncation: str | None = None
    reasoning: Reasoning | None = None
    service_tier: str | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=MOST_LOGPROBS)] | None = None
    prompt: _Unserved = None
    conversation: _Unserved = None
    context_management: list[_Unserved] | None = None
    moderation: _Unserved = None


# besides null, the values that ask for nothing we do not do anyway
_HARMLESS: dict[str, tuple[object, ...]] = {
    "background": (False,),
    "truncation": ("disabled",),
    "service_tier": ("auto", "default"),
    "prompt": (),
    "conversation": (),
    "context_management": ([],),
    "moderation": (),
}
_DECODER = msgspec.json.Decoder(ResponseBody)


class Asked(msgspec.Struct, frozen=True):
    """A request that is understood. `body` is as it came, `input` its items with their ids."""

    body: ResponseBody
    model: str
    input: tuple[Item, ...]
    turns: tuple[Message, ...]
    offered: Offered
    format: ResponseFormat

    @property
    def stores(self) -> bool:
        return self.body.store is not False

    @property
    def tells_results(self) -> bool:
        return "file_search_call.results" in (self.body.include or ())

    @property
    def searches(self) -> bool:
        return self.offered.search is not None and self.body.tool_choice != "none"

    def chat(self, history: Sequence[Message] = (), level: PrivacyClass = PrivacyClass.PUBLIC) -> ChatRequest:
        """The same as a chat request that goes on from `history`, whose class was `level`. Raise `InvalidRequest`."""
        instructions = (Message("system", self.body.instructions),) if self.body.instructions else ()
        messages = (*instructions, *history, *self.turns)
        require_few(sum(len(message.images) + len(message.links) for message in messages), "input")
        request = ChatRequest(
            model=self.model,
            messages=messages,
            stream=bool(self.body.stream),
            sampling=Sampling(
                self.body.temperature, self.body.top_p, self.body.max_output_tokens, logprobs=self._logprobs
            ),
            tools=self.offered.functions,
            tool_choice=self.offered.choice,
            response_format=self.format,
            options=_at_least(self._options(), level),
            metadata=dict(self.body.metadata or {}),
            parallel_calls=self.body.parallel_tool_calls is not False,
            most_passages=self.offered.most_passages,
            session=session_of(
                self.body.vestibule, self.body.prompt_cache_key, self.body.user, self.body.safety_identifier
            ),
            user=self.body.safety_identifier or self.body.user or "",
        )
        if not request.question.strip():
            raise InvalidRequest(
                "There is no question: the conversation needs a user's turn with some text.",
                next_step="Put the question into `input`.",
                param="input",
            )
        return request

    @property
    def _logprobs(self) -> int | None:
        return (self.body.top_logprobs or 0) if LOGPROBS in (self.body.include or ()) else None

    def _options(self) -> Options:
        options = self.body.vestibule or Options()
        if self.searches and not options.knowledge:
            raise InvalidRequest(
                "`vestibule.knowledge` is false and `tools` offers `file_search`.",
                next_step="Leave one of the two out.",
                param="vestibule.knowledge",
            )
        # a search that is offered and forbidden is no search
        return replace(options, knowledge=False) if self.offered.search and not self.searches else options


def decode_response(body: bytes) -> Asked:
    """Decode a request. Raise `InvalidRequest` naming the field for what is wrong or not served."""
    wire = decode(body, _DECODER)
    _refuse_what_is_not_served(wire)
    if wire.model is None:
        raise missing("model")
    if wire.input is None:
        raise missing("input")
    if wire.instructions is not None:
        clean(wire.instructions, "instructions")
    asked = items(wire.input)
    return Asked(
        wire,
        clean(wire.model, "model"),
        asked,
        turns(asked),
        offered(wire.tools, wire.tool_choice),
        response_format(wire.text),
    )


def _refuse_what_is_not_served(wire: ResponseBody) -> None:
    for name, harmless in _HARMLESS.items():
        value = getattr(wire, name)
        if value is not None and value not in harmless:
            raise not_served(name)
    if wire.stream_options is not None and wire.stream_options.include_obfuscation:
        raise not_served("stream_options.include_obfuscation")
    if wire.top_logprobs and LOGPROBS not in (wire.include or ()):
        raise InvalidRequest(
            f"`top_logprobs` goes with {LOGPROBS}.", next_step="Add that to `include`.", param="top_logprobs"
        )
    if wire.text is not None and wire.text.verbosity not in (None, "medium"):
        raise not_served("text.verbosity")
    for name in wire.include or ():
        if name not in INCLUDED:
            raise not_served(f"include: {name[:60]}")
    reasoning = wire.reasoning or Reasoning()
    for name, value in msgspec.structs.asdict(reasoning).items():
        if value is not None and (name, value) not in (("effort", "none"), ("effort", "medium")):
            raise not_served(f"reasoning.{name}")


def _at_least(options: Options, level: PrivacyClass) -> Options:
    """What goes on from a conversation is as private as that was, sources and all."""
    asked = options.privacy.level
    if level is PrivacyClass.PUBLIC or (asked is not None and PrivacyClass.parse(asked) >= level):
        return options
    label: Literal["internal", "confidential", "restricted"]
    match level:
        case PrivacyClass.INTERNAL:
            label = "internal"
        case PrivacyClass.CONFIDENTIAL:
            label = "confidential"
        case _:
            label = "restricted"
    return replace(options, privacy=replace(options.privacy, level=label))
