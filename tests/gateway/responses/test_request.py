"""What a request for a response may say: every published field is known, and what is not served is refused by name."""

from __future__ import annotations

import base64
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.openapi import PUBLISHED, properties
from vestibule.core.chat import ChatRequest, Image, Message, ToolCall
from vestibule.core.errors import InvalidRequest, NotFound, VestibuleError
from vestibule.core.sensitivity import PrivacyClass
from vestibule.gateway.responses.input import MOST_ITEMS
from vestibule.gateway.responses.request import ResponseBody, decode_response

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PICTURE = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
SEARCH = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}
USER = {"role": "user", "content": "Why?"}


def ask(**fields: object) -> ChatRequest:
    return decode_response(msgspec.json.encode({"model": "auto", "input": "Why?", **fields})).chat()


@pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")
def test_every_published_field_is_known() -> None:
    assert set(properties("CreateResponse")) == set(ResponseBody.__struct_fields__) - {"vestibule"}


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"background": True}, "background"),
    ({"truncation": "auto"}, "truncation"),
    ({"service_tier": "flex"}, "service_tier"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"prompt": {"id": "p"}}, "prompt"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"context_management": [{"type": "compaction"}]}, "context_management"),
    ({"moderation": {"model": "m"}}, "moderation"),
    ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
    ({"reasoning": {"summary": "auto"}}, "reasoning.summary"),
    ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ({"text": {"format": {"type": "json_schema", "schema": {}}}}, "text.format.name"),
    ({"text": {"format": {"type": "json_schema", "name": "a"}}}, "text.format.schema"),
    ({"text": {"format": {"type": "json_schema", "name": "a", "schema": {"$ref": "#/no"}}}}, "text.format.schema"),
    ({"include": ["message.output_text.logprobs"], "top_logprobs": 21}, "top_logprobs"),
    ({"include": ["code_interpreter_call.outputs"]}, "include: code_interpreter_call.outputs"),
    ({"stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation"),
    ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
    ({"tools": [{"name": "a"}]}, "tools[0].type"),
    ({"tools": [{"type": "function", "parameters": {}}]}, "tools[0].name"),
    ({"tools": [{"type": "function", "name": "a b", "parameters": {}}]}, "tools[0].name"),
    ({"tools": [{"type": "function", "name": "a", "parameters": {}, "defer_loading": True}]}, "tools[0].defer_loading"),
    ({"tools": [{"type": "function", "name": "a"}, {"type": "function", "name": "a"}]}, "tools"),
    ({"tools": [SEARCH, SEARCH]}, "tools"),
    ({"tools": [{"type": "file_search", "vector_store_ids": []}]}, "tools[0].vector_store_ids"),
    ({"tools": [SEARCH | {"max_num_results": 51}]}, "tools[0].max_num_results"),
    ({"tools": [SEARCH | {"filters": {"type": "eq"}}]}, "tools[0].filters"),
    ({"tools": [SEARCH | {"ranking_options": {"score_threshold": 0.5}}]}, "tools[0].ranking_options"),
    ({"tools": [SEARCH], "vestibule": {"knowledge": False}}, "vestibule.knowledge"),
    ({"tool_choice": "required"}, "tool_choice"),
    ({"tool_choice": {"type": "file_search"}}, "tool_choice"),
    ({"tool_choice": {"type": "function"}}, "tool_choice.name"),
    ({"tool_choice": {"type": "function", "name": "a"}}, "tool_choice"),
    ({"input": None}, "input"),
    ({"input": []}, "input"),
    ({"input": " "}, "input"),
    ({"input": "a\0"}, "input"),
    ({"input": [USER] * (MOST_ITEMS + 1)}, "input"),
    ({"input": [{"type": "web_search_call", "id": "a"}]}, "input[0].type"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].type"),
    ({"input": [{"id": "msg_1"}]}, "input[0].type"),
    ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
    ({"input": [USER, {"role": "user"}]}, "input[1].content"),
    ({"input": [USER | {"colour": 1}]}, "input[0].colour"),
    ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
    ({"input": [{"role": "user", "content": [{"text": "x"}]}]}, "input[0].content[0].type"),
    ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
    ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].image_url"),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
        "input[0].content[0].file_id",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "file:///x/y.png"}]}]},
        "input[0].content[0].image_url",
    ),
    (
        {"input": [{"role": "system", "content": [{"type": "input_image", "image_url": PICTURE}]}]},
        "input[0].content[0]",
    ),
    ({"input": [{"type": "function_call", "name": "a", "arguments": "{}"}]}, "input[0].call_id"),
    (
        {"input": [{"type": "function_call", "call_id": "c", "name": "a", "arguments": "", "namespace": "n"}]},
        "input[0].namespace",
    ),
    (
        {"input": [{"type": "function_call_output", "call_id": "c", "output": [{"type": "input_image"}]}]},
        "input[0].output[0]",
    ),
    ({"instructions": "\0"}, "instructions"),
    ({"temperature": 3}, "temperature"),
    ({"max_output_tokens": 0}, "max_output_tokens"),
    ({"metadata": {"a": "x" * 513}}, "metadata[...]"),
    ({"wobble": 1}, "wobble"),
    ({"vestibule": {"wobble": 1}}, "vestibule.wobble"),
]


@pytest.mark.parametrize(("fields", "param"), REFUSED, ids=[param for _, param in REFUSED])
def test_what_is_not_served_is_refused_by_name(fields: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(**fields)
    assert refused.value.param == param


_SAID = st.sampled_from(
    [
        "message",
        "function_call",
        "function_call_output",
        "file_search_call",
        "input_text",
        "input_image",
        "function",
        "file_search",
        "user",
        "assistant",
        "vs_knowledge",
        "auto",
        "json_schema",
        "type",
        "a\x00b",
    ]
)
_NAMES = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "text",
        "call_id",
        "output",
        "name",
        "arguments",
        "parameters",
        "vector_store_ids",
        "image_url",
        "id",
        "queries",
        "format",
        "schema",
        "effort",
        "max_num_results",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 99) | st.floats(allow_nan=False, allow_infinity=False) | _SAID,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(ResponseBody.__struct_fields__)), _JSON, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_understood_or_refused(fields: dict[str, object]) -> None:
    with suppress(VestibuleError):
        assert ask(**fields).question.strip()


def test_a_model_must_be_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(model=None)
    assert refused.value.param == "model"


def test_an_unknown_vector_store_does_not_exist() -> None:
    with pytest.raises(NotFound, match="`vs_knowledge`") as refused:
        ask(tools=[{"type": "file_search", "vector_store_ids": ["vs_other"]}])
    assert refused.value.param == "tools[0].vector_store_ids[0]"


HARMLESS: list[dict[str, object]] = [
    {"background": False, "truncation": "disabled", "service_tier": "auto", "top_logprobs": 0},
    {"reasoning": {"effort": "medium"}, "text": {"verbosity": "medium", "format": {"type": "text"}}},
    {"include": ["reasoning.encrypted_content", "message.input_image.image_url"]},
    {"user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "prompt_cache_retention": "24h"},
    {"stream": True, "stream_options": {"include_obfuscation": False}, "max_tool_calls": 3},
]


@pytest.mark.parametrize("fields", HARMLESS)
def test_what_asks_for_nothing_else_is_taken(fields: dict[str, object]) -> None:
    assert ask(**fields).messages == (Message("user", "Why?"),)


def test_json_of_any_kind() -> None:
    assert ask(text={"format": {"type": "json_object"}}).response_format.kind == "json_object"


def test_images_and_what_was_refused_before() -> None:
    given = [
        {"role": "user", "content": [{"type": "input_text", "text": "What is it?"}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"type": "file_search_call", "id": "fs_1", "queries": ["x"], "status": "completed", "results": None},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "And this?"},
                {"type": "input_image", "image_url": PICTURE, "detail": "low"},
            ],
        },
    ]
    assert ask(input=given).messages == (
        Message("user", "What is it?"),
        Message("assistant", "No."),
        Message("user", "And this?", images=(Image("image/png", PIXEL, detail="low"),)),
    )


def test_a_call_without_words_is_a_turn() -> None:
    given = [USER, {"type": "function_call", "call_id": "c", "name": "a", "arguments": "{}"}]
    assert ask(input=given).messages[-1] == Message("assistant", tool_calls=(ToolCall("c", "a", "{}"),))


def test_what_goes_on_is_never_less_private() -> None:
    asked = decode_response(b'{"model": "auto", "input": "Why?", "vestibule": {"privacy": {"class": "confidential"}}}')
    for before, now in (("PUBLIC", "confidential"), ("INTERNAL", "confidential"), ("RESTRICTED", "restricted")):
        assert asked.chat((), PrivacyClass[before]).options.privacy.level == now
    plain = decode_response(b'{"model": "auto", "input": "Why?"}')
    for level in ("internal", "confidential", "restricted"):
        assert plain.chat((), PrivacyClass.parse(level)).options.privacy.level == level
    assert plain.chat().options.privacy.level is None


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"top_logprobs": 0}, None),
        ({"include": ["message.output_text.logprobs"]}, 0),
        ({"include": ["message.output_text.logprobs"], "top_logprobs": 5}, 5),
    ],
)
def test_logprobs_are_asked_by_what_is_included(fields: dict[str, object], asked: int | None) -> None:
    body = msgspec.json.encode({"model": "auto", "input": "Why?", **fields})
    assert decode_response(body).chat().sampling.logprobs == asked
