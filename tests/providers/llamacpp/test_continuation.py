"""An answer that was cut goes on where it ended: the conversation with its beginning as the assistant's last turn."""

from __future__ import annotations

import json

import pytest

from tests.providers.llamacpp.asking import answer, text_of
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall
from vestibule.core.generation import ModelRequest
from vestibule.providers.llamacpp import LlamaCppProvider

GREEDY = Sampling(temperature=0.0, max_tokens=200)
TEXT = {"type": "string"}
PEAK = Tool(
    "get_peak", "Highest demand", {"type": "object", "properties": {"building": TEXT}, "required": ["building"]}
)
ASKED = Message("user", "What was the peak of Granite Tower on 3 March 2024?")
CALLED = Message("assistant", tool_calls=(ToolCall("c1", "get_peak", '{"building": "Granite Tower"}'),))
FOUND = Message("tool", "The pump room was 4,711 kW at noon.", tool_call_id="c1")


@pytest.mark.parametrize("tools", [(), (PEAK,)])
async def test_the_rest_is_what_the_whole_answer_had(tiny: LlamaCppProvider, tools: tuple[Tool, ...]) -> None:
    """Cut behind any piece of it."""
    assert tiny.continues
    turns = (ASKED, CALLED, FOUND)
    pieces = [c.text for c in await answer(tiny, ModelRequest(turns, tools=tools, sampling=GREEDY)) if c.text]
    whole = "".join(pieces)
    assert whole == FOUND.content
    for said in range(1, len(pieces)):
        begun = "".join(pieces[:said])
        request = ModelRequest((*turns, Message("assistant", begun)), tools=tools, sampling=GREEDY)
        rest = await answer(tiny, request)
        assert begun + text_of(rest) == whole
        assert rest[-1].finish_reason == "stop"


async def test_json_goes_on_as_json(tiny: LlamaCppProvider) -> None:
    """The schema binds both halves together."""
    schema = {
        "type": "object",
        "properties": {"state": {"enum": ["on", "off"]}, "floor": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["state", "floor"],
        "additionalProperties": False,
    }
    wanted = ResponseFormat("json_schema", "state", schema)
    turns = (Message("user", "Hello"),)
    pieces = [
        c.text for c in await answer(tiny, ModelRequest(turns, response_format=wanted, sampling=GREEDY)) if c.text
    ]
    for said in range(1, len(pieces)):
        begun = "".join(pieces[:said])
        request = ModelRequest((*turns, Message("assistant", begun)), response_format=wanted, sampling=GREEDY)
        told = json.loads(begun + text_of(await answer(tiny, request)))
        assert told["state"] in ("on", "off")
        assert told["floor"] in range(10)


async def test_an_empty_turn_is_no_beginning(tiny: LlamaCppProvider) -> None:
    turns = (Message("user", "Hello"),)
    asked = await answer(tiny, ModelRequest(turns, sampling=GREEDY))
    begun = await answer(tiny, ModelRequest((*turns, Message("assistant")), sampling=GREEDY))
    assert text_of(begun) == text_of(asked) != ""
