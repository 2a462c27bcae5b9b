"""What Gemini is sent, member by member."""

from __future__ import annotations

import json
from typing import Any

from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.generation import ModelRequest
from vestibule.providers.gemini import GeminiProvider
from vestibule.providers.home.transport import HomeTransport

HELLO = Message("user", "hello")


def encoded(request: ModelRequest, model: str = "gemini-2.5-flash") -> dict[str, Any]:
    provider = GeminiProvider("g", "http://127.0.0.1:1", HomeTransport())
    body: dict[str, Any] = json.loads(provider.encode(request, model))
    return body


def test_a_question_alone_is_sent_alone() -> None:
    for model in ("gemini-2.5-flash", "models/gemini-2.5-flash"):
        contents = [{"role": "user", "parts": [{"text": "hello"}]}]
        assert encoded(ModelRequest((HELLO,)), model) == {"model": "models/gemini-2.5-flash", "contents": contents}


def test_the_prompt_is_sent_where_there_is_one() -> None:
    sent = encoded(ModelRequest((HELLO,), prompt=(Message("user", "hello, with sources"),)))
    assert sent["contents"][0]["parts"] == [{"text": "hello, with sources"}]


def test_instructions_are_apart_and_turns_of_one_role_are_one() -> None:
    turns = (
        Message("system", "Be kind."),
        HELLO,
        Message("developer", "Be brief."),
        Message("user", "are you there?"),
        Message("assistant", ""),
        Message("assistant", "yes"),
        Message("assistant", "I am"),
        Message("user", ""),
        Message("system", ""),
        Message("user", "good"),
    )
    sent = encoded(ModelRequest(turns))
    assert sent["systemInstruction"] == {"parts": [{"text": "Be kind."}, {"text": "Be brief."}]}
    assert sent["contents"] == [
        {"role": "user", "parts": [{"text": "hello"}, {"text": "are you there?"}]},
        {"role": "model", "parts": [{"text": "yes"}, {"text": "I am"}]},
        {"role": "user", "parts": [{"text": "good"}]},
    ]


def test_results_stand_together_behind_their_calls() -> None:
    calls = (ToolCall("c1", "f", '{"a": 1}'), ToolCall("c2", "g", "no json"))
    turns = (
        HELLO,
        Message("assistant", "I look.", tool_calls=calls),
        Message("tool", '{"b": 2}', tool_call_id="c1"),
        Message("tool", "[1, 2]", tool_call_id="c2"),
        Message("tool", "late", tool_call_id="c3"),
    )
    _, called, results = encoded(ModelRequest(turns))["contents"]
    assert called["parts"] == [
        {"text": "I look."},
        {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}},
        {"functionCall": {"id": "c2", "name": "g", "args": {}}},
    ]
    assert [part["functionResponse"] for part in results["parts"]] == [
        {"id": "c1", "name": "f", "response": {"b": 2}},
        {"id": "c2", "name": "g", "response": {"result": "[1, 2]"}},
        {"id": "c3", "name": "unknown", "response": {"result": "late"}},
    ]


def test_from_generation_3_on_the_first_call_of_a_turn_carries_the_word_for_no_signature() -> None:
    calls = (ToolCall("c1", "f", "{}"), ToolCall("c2", "g", "{}"))
    request = ModelRequest((HELLO, Message("assistant", tool_calls=calls)))
    for model, signed in (
        ("gemini-3-pro", 1),
        ("gemini-flash-latest", 1),
        ("gemini-2.5-pro", 0),
        ("gemma-3-27b-it", 0),
    ):
        parts = encoded(request, model)["contents"][1]["parts"]
        assert [("thoughtSignature" in part) for part in parts] == [bool(signed), False]


def test_functions_are_declared_and_chosen() -> None:
    offered = (Tool("f", "does f", {"type": "object", "properties": {"a": {"type": "integer"}}}), Tool("g"))
    request = ModelRequest((HELLO,), tools=offered)
    parameters = {
        "type": "OBJECT",
        "properties": {"a": {"type": "INTEGER"}},
        "required": [],
        "propertyOrdering": ["a"],
    }
    sent = encoded(request)
    declared = [{"name": "f", "description": "does f", "parameters": parameters}, {"name": "g", "description": "g"}]
    assert sent["tools"] == [{"functionDeclarations": declared}]
    assert "toolConfig" not in sent
    for wanted, calling in (
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("required", "f"), {"mode": "ANY", "allowedFunctionNames": ["f"]}),
    ):
        chosen = encoded(ModelRequest((HELLO,), tools=offered, tool_choice=wanted))
        assert chosen["toolConfig"] == {"functionCallingConfig": calling}
    assert "toolConfig" not in encoded(ModelRequest((HELLO,), tool_choice=ToolChoice("none")))


def test_sampling_and_format() -> None:
    wanted = ResponseFormat("json_schema", "answer", {"type": "string"})
    request = ModelRequest((HELLO,), sampling=Sampling(0.0, 0.9, 7, ("END",), seed=2**40 + 3), response_format=wanted)
    assert encoded(request)["generationConfig"] == {
        "temperature": 0.0,
        "topP": 0.9,
        "maxOutputTokens": 7,
        "stopSequences": ["END"],
        "seed": 3,
        "responseMimeType": "application/json",
        "responseSchema": {"type": "STRING"},
    }
    loose = encoded(ModelRequest((HELLO,), response_format=ResponseFormat("json_object")))
    assert loose["generationConfig"] == {"responseMimeType": "application/json"}
