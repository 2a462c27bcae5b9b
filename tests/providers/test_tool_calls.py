"""Calls of functions, however a server cuts, numbers and names the pieces of them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.providers.bad_answers import event
from vestibule.core.chat import ToolCall
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.base import Chunk
from vestibule.providers.openai.events import chunks

Piece = dict[str, Any]


async def called(*deltas: Sequence[Piece], finish: str = "tool_calls") -> tuple[ToolCall, ...]:
    async def body() -> AsyncGenerator[bytes, None]:
        for pieces in deltas:
            yield event({"choices": [{"delta": {"tool_calls": list(pieces)}}]})
        yield event({"choices": [{"delta": {}, "finish_reason": finish}]})

    answer = [chunk async for chunk in chunks(body(), "far")]
    assert answer == [Chunk(tool_calls=answer[-1].tool_calls, finish_reason="tool_calls")]
    return answer[-1].tool_calls


def piece(index: int | None = 0, id: str | None = None, name: str | None = None, arguments: str | None = None) -> Piece:
    return {"index": index, "id": id, "function": {"name": name, "arguments": arguments}}


@given(st.data(), st.lists(st.tuples(st.text("abc", min_size=1), st.text(max_size=30)), min_size=1, max_size=4))
async def test_pieces_of_any_size_in_any_order_between_calls_make_the_same_calls(
    data: st.DataObject, calls: list[tuple[str, str]]
) -> None:
    queues: list[list[Piece]] = []
    for index, (name, arguments) in enumerate(calls):
        queue = [piece(index, f"call_{index}", name[:1], "")]
        queue += [piece(index, None, part, None) for part in name[1:]]
        at = 0
        while at < len(arguments):
            size = data.draw(st.integers(1, 9))
            queue.append(piece(index, None, None, arguments[at : at + size]))
            at += size
        queues.append(queue)
    deltas: list[list[Piece]] = []
    while any(queues):
        queue = data.draw(st.sampled_from([queue for queue in queues if queue]))
        deltas.append([queue.pop(0) for _ in range(min(len(queue), data.draw(st.integers(1, 3))))])
    made = await called(*deltas)
    assert [(call.id, call.name, call.arguments) for call in made] == [
        (f"call_{index}", name, arguments) for index, (name, arguments) in enumerate(calls)
    ]


async def test_calls_without_ids_are_given_some() -> None:
    first, second = await called([piece(0, None, "f", "{}")], [piece(1, "", "g", "{}")])
    assert first.id.startswith("call_")
    assert second.id.startswith("call_")
    assert first.id != second.id


@pytest.mark.parametrize("index", [0, None])
async def test_calls_under_one_index_are_told_apart_by_id_or_name(index: int | None) -> None:
    by_id = await called(
        [piece(index, "a", "f", "{}"), piece(index, "b", "g", '{"x":')], [piece(index, "b", None, "1}")]
    )
    assert [(call.id, call.name, call.arguments) for call in by_id] == [("a", "f", "{}"), ("b", "g", '{"x":1}')]
    by_name = await called(
        [piece(index, None, "f", "{}")], [piece(index, None, "g", "{")], [piece(index, None, "", "}")]
    )
    assert [(call.name, call.arguments) for call in by_name] == [("f", "{}"), ("g", "{}")]


async def test_an_id_that_comes_late_or_again_is_the_same_calls() -> None:
    (late,) = await called([piece(0, None, "f")], [piece(0, "a", None, "{")], [piece(0, "a", None, "}")])
    assert (late.id, late.arguments) == ("a", "{}")


async def test_the_last_index_may_come_first() -> None:
    assert [call.name for call in await called([piece(1, "b", "g")], [piece(0, "a", "f")])] == ["f", "g"]


@pytest.mark.parametrize("arguments", ["", "no JSON", '{"half": ', "null", '{"a": 1} and more', '"text"'])
async def test_arguments_are_handed_on_as_the_model_wrote_them(arguments: str) -> None:
    (call,) = await called([piece(0, "a", "f", arguments[:3])], [piece(0, None, None, arguments[3:])])
    assert call.arguments == arguments


@pytest.mark.parametrize("finish", ["stop", "function_call", "tool_calls"])
async def test_an_answer_of_calls_has_ended_with_calls(finish: str) -> None:
    assert len(await called([piece(0, "a", "f", "{}")], finish=finish)) == 1


async def test_a_refusal_of_the_model_is_its_text() -> None:
    async def body() -> AsyncGenerator[bytes, None]:
        yield event({"choices": [{"delta": {"refusal": "I cannot ", "content": None}}]})
        yield event({"choices": [{"delta": {"refusal": "say."}, "finish_reason": "stop"}]})

    answer = [chunk async for chunk in chunks(body(), "far")]
    assert ("".join(chunk.text for chunk in answer), answer[-1].finish_reason) == ("I cannot say.", "stop")


async def test_a_call_without_a_name_is_a_failure() -> None:
    with pytest.raises(UpstreamFailed, match="without naming it") as failed:
        await called([piece(0, "a", None, json.dumps({"x": 1}))])
    assert failed.value.fault == "malformed"
