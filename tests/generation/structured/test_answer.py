"""An answer that must have a format: what is released, what is mended, what is asked once more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.structured.test_schema import READING
from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall
from vestibule.core.generation import ModelRequest
from vestibule.generation.structured import FormatCheck, FormatMissed, called_well, repair_request

WANTED = ResponseFormat("json_schema", "reading", READING)
GOOD = '{"kwh": 41.5, "meter": "main"}'


def test_text_goes_through_at_once() -> None:
    check = FormatCheck(ResponseFormat())
    assert check.feed("Some ") == "Some "
    assert check.finish("stop") == ""
    assert check.share is None


@given(st.lists(st.integers(0, len(GOOD)), max_size=6).map(sorted))
def test_json_is_held_until_it_is_whole_and_right(cuts: list[int]) -> None:
    check = FormatCheck(WANTED)
    pieces = [GOOD[a:b] for a, b in zip([0, *cuts], [*cuts, len(GOOD)], strict=True)]
    assert [check.feed(piece) for piece in pieces] == [""] * len(pieces)
    assert check.finish("stop") == GOOD
    assert check.share == 1.0


@pytest.mark.parametrize(
    "said",
    [
        f"```json\n{GOOD}\n```",
        f"```\r\n{GOOD}\r\n```\r\nI hope that helps.",
        f"Here is the reading: {GOOD}",
        f"{GOOD}\n\nLet me know if you need more.",
        f'I tried {{"kwh": "x"}} first, but [this] is it: {GOOD}',
        f"Of {{the two}} it is {GOOD}.",
    ],
)
def test_wrapping_is_taken_off(said: str) -> None:
    check = FormatCheck(WANTED)
    check.feed(said)
    assert check.finish("stop") == GOOD
    assert check.share == 1.0


@pytest.mark.parametrize("said", ["", "I cannot tell.", '{"kwh": "much"}', "```json\n[]\n```", "{" * 50])
def test_what_is_wrong_is_said_and_asked_once_more(said: str) -> None:
    check = FormatCheck(WANTED)
    check.feed(said)
    with pytest.raises(FormatMissed) as caught:
        check.finish("stop")
    missed = caught.value
    assert (missed.said, missed.fault) == (said, "malformed")
    assert not said or said not in str(missed)
    asked = (Message("system", "sources"), Message("user", "How much?"))
    again = repair_request(ModelRequest(asked[1:], prompt=asked, response_format=WANTED), missed)
    assert again.prompt[:2] == asked
    assert all(fault in again.prompt[-1].content for fault in missed.faults)
    assert again.messages[1:] == again.prompt[2:]
    assert [m.role for m in again.messages[1:]] == (["assistant", "user"] if said else ["user"])
    assert repair_request(ModelRequest(asked), missed).prompt == ()


def test_a_provider_that_keeps_to_the_format_streams_and_is_checked_at_the_end() -> None:
    check = FormatCheck(WANTED, constrained=True)
    assert check.feed(GOOD) == GOOD
    assert check.finish("stop") == ""
    assert check.share == 1.0
    check = FormatCheck(WANTED, constrained=True)
    check.feed(f"```json\n{GOOD}\n```")
    with pytest.raises(FormatMissed):
        check.finish("stop")


def test_an_answer_that_was_cut_off_is_given_as_it_stands() -> None:
    check = FormatCheck(WANTED)
    check.feed('{"kwh": 4')
    assert check.finish("length") == '{"kwh": 4'
    assert check.share == 0.0


def test_a_call_of_a_function_needs_no_format() -> None:
    check = FormatCheck(WANTED)
    check.feed("Let me look.")
    assert check.finish("tool_calls") == "Let me look."
    assert check.share is None


def test_an_answer_without_an_end_is_given_up() -> None:
    check = FormatCheck(WANTED)
    check.feed("x" * 200_000)
    with pytest.raises(FormatMissed):
        check.feed("x" * 100_000)


def test_calls_are_measured_by_the_schema_of_their_function() -> None:
    tools = (Tool("read", parameters=READING), Tool("list"))
    good, bare = ToolCall("1", "read", '{"kwh": 1}'), ToolCall("2", "list")
    assert called_well(tools, ()) is None
    assert called_well(tools, (good, bare)) == 1.0
    wrong = (ToolCall("3", "read", '{"kwh": "a"}'), ToolCall("4", "unknown", "{}"))
    assert called_well(tools, (good, *wrong, bare)) == 0.5
