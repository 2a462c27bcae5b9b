"""Functions and formats through llama.cpp's own server, with our own model: calls, results, schemas."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema_rs
import pytest
from msgspec.structs import replace

from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.clearance import ClearedRequest
from vestibule.core.generation import ModelRequest
from vestibule.fleet import TINY_MODEL
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider

TEXT = {"type": "string"}
PEAK = Tool(
    "get_peak",
    "Highest demand of a building",
    {"type": "object", "properties": {"building": TEXT, "day": TEXT}, "required": ["building", "day"]},
)
WEATHER = Tool(
    "get_weather",
    "Weather at a place",
    {"type": "object", "properties": {"place": TEXT, "day": TEXT}, "required": ["place", "day"]},
)
ASKED = Message("user", "What was the peak of Granite Tower on 3 March 2024?")
GREEDY = Sampling(temperature=0.0, max_tokens=200)


@pytest.fixture
async def tiny(tmp_path: Path) -> AsyncIterator[LlamaCppProvider]:
    provider = LlamaCppProvider("tiny", TINY_MODEL, tmp_path)
    await provider.start()
    await provider.ready()
    yield provider
    await provider.close()


async def ask(tiny: LlamaCppProvider, request: ModelRequest) -> list[Chunk]:
    cleared = ClearedRequest(tiny.encode(request, "tiny"), tiny.destination, "tiny", 1, "a", 1e12)
    return [chunk async for chunk in tiny.send(cleared)]


async def test_the_right_function_is_called_and_its_result_is_told(tiny: LlamaCppProvider) -> None:
    request = ModelRequest((ASKED,), tools=(WEATHER, PEAK), sampling=GREEDY)
    called = (await ask(tiny, request))[-1]
    assert called.finish_reason == "tool_calls"
    (call,) = called.tool_calls
    assert call.name == "get_peak"
    assert json.loads(call.arguments) == {"building": "Granite Tower", "day": "3 March 2024"}
    assert call.id
    found = "The pump room was 4,711 kW at noon."
    history = (ASKED, Message("assistant", tool_calls=(call,)), Message("tool", found, tool_call_id=call.id))
    answer = await ask(tiny, ModelRequest(history, tools=(WEATHER, PEAK), sampling=GREEDY))
    assert "".join(chunk.text for chunk in answer) == found
    assert answer[-1].finish_reason == "stop"


SWITCH = Tool(
    "switch", "Switch a lamp", {"type": "object", "properties": {"to": {"enum": ["on", "off"]}}, "required": ["to"]}
)
METER = Tool(
    "read_meter",
    "Read the electricity use of a building in a month",
    {
        "type": "object",
        "properties": {
            "building": {"type": "string", "maxLength": 60},
            "month": {"enum": ["January", "February", "July", "December"]},
        },
        "required": ["building", "month"],
        "additionalProperties": False,
    },
)
READ = Message("user", "Read the meter of the Tannery for July.")
OBEYED = Sampling(temperature=1.0, max_tokens=200)


@pytest.mark.parametrize(
    ("asked", "tools", "choice", "names"),
    [
        ((Message("user", "Hello"),), (SWITCH,), ToolChoice("required"), {"switch"}),
        ((READ,), (METER,), ToolChoice("required", "read_meter"), {"read_meter"}),
        ((READ,), (METER, SWITCH), ToolChoice("required", "switch"), {"switch"}),
        ((Message("system", "You answer briefly."), READ), (METER, SWITCH), ToolChoice("required"), None),
    ],
)
async def test_a_function_that_must_be_called_is(
    tiny: LlamaCppProvider,
    asked: tuple[Message, ...],
    tools: tuple[Tool, ...],
    choice: ToolChoice,
    names: set[str] | None,
) -> None:
    """Whatever the model would rather say, and however it is sampled."""
    for seed in range(3):
        request = ModelRequest(asked, tools=tools, tool_choice=choice, sampling=replace(OBEYED, seed=seed))
        chunks = await ask(tiny, request)
        assert "".join(chunk.text for chunk in chunks) == ""
        assert (chunks[-1].finish_reason, len(chunks[-1].tool_calls)) == ("tool_calls", 1)
        call = chunks[-1].tool_calls[0]
        assert call.name in (names or {tool.name for tool in tools})
        parameters = next(tool.parameters for tool in tools if tool.name == call.name)
        jsonschema_rs.validate(parameters, json.loads(call.arguments))


async def test_a_call_that_its_tokens_do_not_suffice_for_is_no_call(tiny: LlamaCppProvider) -> None:
    few = Sampling(temperature=0.0, max_tokens=3)
    request = ModelRequest((READ,), tools=(METER,), tool_choice=ToolChoice("required"), sampling=few)
    last = (await ask(tiny, request))[-1]
    assert (last.finish_reason, last.tool_calls) == ("length", ())


async def test_an_answer_keeps_to_its_schema_whatever_the_model_would_say(tiny: LlamaCppProvider) -> None:
    schema = {
        "type": "object",
        "properties": {"state": {"enum": ["on", "off"]}, "floor": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["state", "floor"],
        "additionalProperties": False,
    }
    wanted = ResponseFormat("json_schema", "state", schema)
    answer = await ask(tiny, ModelRequest((Message("user", "Hello"),), response_format=wanted, sampling=GREEDY))
    told = json.loads("".join(chunk.text for chunk in answer))
    assert set(told) == {"state", "floor"}
    assert told["state"] in ("on", "off")
    assert told["floor"] in range(10)
