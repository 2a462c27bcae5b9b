"""How a chat request is read: every field, and what is refused by name."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall, ToolChoice
from vestibule.core.errors import InvalidRequest
from vestibule.gateway.wire.chat_request import decode_chat

ASKED = [{"role": "user", "content": "Why?"}]
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
SCHEMA = {"type": "object", "properties": {"kwh": {"type": "number"}}}
OFFER = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True}}


def encode(**fields: object) -> bytes:
    return json.dumps({"model": "auto", "messages": ASKED, **fields}).encode()


def refusal(body: bytes) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        decode_chat(body)
    return caught.value


def test_the_least_request() -> None:
    request = decode_chat(encode())
    assert request.model == "auto"
    assert request.messages == (Message("user", "Why?"),)
    assert not request.stream
    assert not request.include_usage
    assert request.options.knowledge
    assert request.question == "Why?"


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1, "tools": [], "tool_choice": "auto", "functions": [], "function_call": "none", "logit_bias": {}},
        {"logprobs": False, "top_logprobs": 0, "modalities": ["text"], "response_format": {"type": "text"}},
        {"audio": None, "prediction": None, "web_search_options": None, "moderation": None, "store": False},
        {"frequency_penalty": 0, "presence_penalty": 0.0, "reasoning_effort": "medium", "verbosity": "medium"},
        {"service_tier": "auto", "parallel_tool_calls": True, "user": "u", "safety_identifier": "s"},
        {"prompt_cache_key": "k", "prompt_cache_retention": "24h", "prompt_cache_options": {"mode": "auto"}},
        dict.fromkeys(("n", "tools", "stop", "seed", "stream", "stream_options", "metadata", "vestibule", "top_p")),
        {"stream": True, "stream_options": {"include_usage": False, "include_obfuscation": False}},
        {"temperature": 2, "top_p": 0, "max_tokens": 1, "stop": [], "seed": -(2**63)},
    ],
)
def test_defaults_and_hints_are_taken(fields: dict[str, object]) -> None:
    assert decode_chat(encode(**fields)).question == "Why?"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("functions", [{"name": "f"}]),
        ("function_call", {"name": "f"}),
        ("logit_bias", {"50256": -100}),
        ("modalities", ["text", "audio"]),
        ("audio", {"voice": "alloy", "format": "wav"}),
        ("prediction", {"type": "content", "content": "x"}),
        ("web_search_options", {}),
        ("moderation", {"model": "omni"}),
        ("store", True),
        ("frequency_penalty", 0.5),
        ("presence_penalty", -1),
        ("reasoning_effort", "high"),
        ("verbosity", "low"),
        ("service_tier", "priority"),
    ],
)
def test_what_is_not_served_is_said(field: str, value: object) -> None:
    error = refusal(encode(**{field: value}))
    assert error.param == field
    assert str(error) == f"`{field}` is not served yet by this model. Leave it out."


@pytest.mark.parametrize(
    ("fields", "param", "said"),
    [
        ({"temprature": 1}, "temprature", "Did you mean `temperature`?"),
        ({"x": 1}, "x", "Known here: model, messages"),
        ({"vestibule": {"cach": "bypass"}}, "vestibule.cach", "`cache`"),
        ({"vestibule": {"privacy": {"clas": "public"}}}, "vestibule.privacy.clas", "`class`"),
        ({"vestibule": {"cache": "never"}}, "vestibule.cache", "never"),
        ({"vestibule": {"controls": {"citations": 1}}}, "vestibule.controls.citations", "bool"),
        ({"stream": True, "stream_options": {"usage": True}}, "stream_options.usage", "`include_usage`"),
        ({"messages": [{"role": "user", "contents": "x"}]}, "messages[0].contents", "`content`"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "txt": "x"}]}]},
            "messages[0].content[0].txt",
            "text",
        ),
        ({"messages": [*ASKED, {"role": "wizard", "content": "x"}]}, "messages[1].role", "wizard"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "got int"),
        ({"messages": ["Why?"]}, "messages[0]", "got str"),
        ({"messages": {}}, "messages", "got object"),
        ({"messages": []}, "messages", ">= 1"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "missing"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id", "missing"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "missing"),
        ({"messages": [{"role": "user", "content": "  \n"}]}, "messages", "no question"),
        ({"messages": [{"role": "system", "content": "Be brief."}]}, "messages", "no question"),
        ({"messages": [{"role": "user", "content": "a\0b"}]}, "messages[0].content", "U+0000"),
        ({"messages": [{"role": "user", "content": "a", "name": "a\0b"}]}, "messages[0].name", "U+0000"),
        ({"model": "a\0b"}, "model", "U+0000"),
        ({"model": 5}, "model", "expected str"),
        ({"temperature": 2.1}, "temperature", "<= 2"),
        ({"temperature": "hot"}, "temperature", "got str"),
        ({"top_p": -0.1}, "top_p", ">= 0"),
        ({"max_tokens": 0}, "max_tokens", ">= 1"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "got float"),
        ({"seed": 2**63}, "seed", "<="),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "<= 4"),
        ({"metadata": {"a": 1}}, "metadata", "got int"),
        ({"stream": "yes"}, "stream", "got str"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "`stream`"),
        (
            {"stream": True, "stream_options": {"include_obfuscation": True}},
            "stream_options.include_obfuscation",
            "not",
        ),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, object], param: str, said: str) -> None:
    error = refusal(encode(**fields))
    assert error.param is not None
    assert error.param.removesuffix("[...]") == param
    assert said.lower() in str(error).lower()
    assert error.next_step


def test_functions_and_formats_are_taken() -> None:
    request = decode_chat(encode(tools=[OFFER], response_format={"type": "json_object"}))
    assert request.tools == (Tool("f", "d", SCHEMA),)
    assert request.tool_choice == ToolChoice("auto")
    assert request.response_format == ResponseFormat("json_object")
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
    assert decode_chat(encode(response_format=wanted)).response_format == ResponseFormat(
        "json_schema", "answer", SCHEMA, strict=True
    )


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ("auto", ToolChoice("auto")),
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("required", "f")),
    ],
)
def test_whether_a_function_is_called_is_the_callers_choice(choice: object, meant: ToolChoice) -> None:
    assert decode_chat(encode(tools=[OFFER], tool_choice=choice)).tool_choice == meant


@pytest.mark.parametrize(
    ("fields", "param", "said"),
    [
        ({"tools": [OFFER, OFFER]}, "tools", "the same name"),
        ({"tools": [{"type": "function", "function": {"name": "f f"}}]}, "tools[0].function.name", "matching"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing"),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools[0]", "custom"),
        ({"tools": [OFFER] * 129}, "tools", "128"),
        ({"tool_choice": "required"}, "tool_choice", "`tools` is empty"),
        ({"tools": [OFFER], "tool_choice": "always"}, "tool_choice", "always"),
        ({"tools": [OFFER], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", "`g`"),
        ({"response_format": {"type": "json_schema"}}, "response_format", "without a schema"),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}}, "response_format", "without"),
        ({"response_format": {"type": "yaml"}}, "response_format.type", "yaml"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "objec"}}}},
            "response_format.json_schema.schema",
            "at `type`",
        ),
        (
            {"tools": [OFFER, {"type": "function", "function": {"name": "g", "parameters": {"$ref": "http://a/"}}}]},
            "tools[1].function.parameters",
            "outside itself",
        ),
    ],
)
def test_what_is_wrong_with_functions_and_formats_is_named(fields: dict[str, object], param: str, said: str) -> None:
    error = refusal(encode(**fields))
    assert error.param is not None
    assert error.param.replace("[...]", "[0]").startswith(param)
    assert said in str(error)


@pytest.mark.parametrize("kind", ["input_audio", "file"])
def test_other_media_are_not_served(kind: str) -> None:
    content = [{"type": "text", "text": "What is this?"}, {"type": kind, kind: {"url": "data:,x"}}]
    error = refusal(encode(messages=[{"role": "user", "content": content}]))
    assert error.param == "messages[0].content[1]"
    assert "not served yet" in error.message


def test_a_whole_conversation() -> None:
    request = decode_chat(
        encode(
            messages=[
                {"role": "system", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                {"role": "developer", "content": "c", "name": "dev"},
                {"role": "user", "content": "d"},
                {"role": "assistant", "content": None, "tool_calls": [CALL], "refusal": None, "audio": None},
                {"role": "tool", "content": "e", "tool_call_id": "1"},
                {"role": "function", "content": None, "name": "f"},
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "g"}]},
                {"role": "assistant", "refusal": "h", "annotations": []},
                {"role": "user", "content": "i"},
            ],
            max_tokens=5,
            max_completion_tokens=6,
            stop="x",
        )
    )
    assert request.messages == (
        Message("system", "a\nb"),
        Message("developer", "c", "dev"),
        Message("user", "d"),
        Message("assistant", "", None, (ToolCall("1", "f", '{"a": 1}'),)),
        Message("tool", "e", tool_call_id="1"),
        Message("tool", "", "f"),
        Message("assistant", "g"),
        Message("assistant", "h"),
        Message("user", "i"),
    )
    assert request.question == "i"
    assert (request.sampling.max_tokens, request.sampling.stop) == (6, ("x",))


def test_audio_of_an_earlier_answer_is_not_served() -> None:
    error = refusal(encode(messages=[{"role": "assistant", "audio": {"id": "a"}}, *ASKED]))
    assert error.param == "messages[0].audio"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
_NAMES = st.sampled_from(
    ["model", "messages", "stream", "stop", "tools", "vestibule", "n", "seed", "temperature", "zzz"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_NAMES, _VALUES), st.booleans())
def test_no_json_does_more_than_be_refused(fields: dict[str, object], whole: bool) -> None:
    body = json.dumps({"model": "auto", "messages": ASKED, **fields} if whole else fields).encode()
    with contextlib.suppress(InvalidRequest):
        assert decode_chat(body).question


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_no_bytes_do(body: bytes) -> None:
    refusal(body)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, None),
        ({"logprobs": False, "top_logprobs": 0}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 20}, 20),
    ],
)
def test_logprobs_are_asked_with_how_many(fields: dict[str, object], asked: int | None) -> None:
    assert decode_chat(encode(**fields)).sampling.logprobs == asked


@pytest.mark.parametrize("fields", [{"top_logprobs": 3}, {"logprobs": True, "top_logprobs": 21}])
def test_logprobs_that_cannot_be_asked_for_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode_chat(encode(**fields))
    assert caught.value.param == "top_logprobs"
