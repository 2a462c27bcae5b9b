"""An answer told by several models in turn: the caller has its text once, and the checks see the whole of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.continuation import Telling, may_go_on
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.evidence import Passage
from vestibule.core.generation import ModelRequest, Source
from vestibule.routing.resilience.repetition import TELLING, BeginsAnew, Differs

ASKED = Message("user", "When does the chiller start?")
PASSAGE = Passage("c", "d", "Manual", "page 1", "The chiller starts at 7. Its valve opens at 18 degrees.", 1.0)
GROUNDED = ModelRequest((ASKED,), (Message("system", "Rest on [1]."), ASKED), (Source(1, PASSAGE),))
TOLD = "The chiller starts at 7 [1]. It needs 4711 people. Its valve opens at 18 degrees [1]. Then all is well."
WHOLE = "The chiller starts at 7 [1].  Its valve opens at 18 degrees [1]. Then all is well."


@st.composite
def pieces(draw: st.DrawFn) -> tuple[list[str], int]:
    """The answer in pieces of any size, and how many of them come before it breaks off."""
    cuts = sorted(draw(st.sets(st.integers(1, len(TOLD) - 1), max_size=40)))
    cut_up = [TOLD[a:b] for a, b in zip([0, *cuts], [*cuts, len(TOLD)], strict=True)]
    return cut_up, draw(st.integers(0, len(cut_up)))


def hear(telling: Telling, said: list[str]) -> str:
    return "".join(telling.hear(piece) for piece in said)


@given(pieces())
def test_going_on_releases_the_rest_once(drawn: tuple[list[str], int]) -> None:
    said, at = drawn
    telling = Telling(GROUNDED, {1})
    released = hear(telling, said[:at])
    onward = telling.next("onward")
    begun = onward.asking("onward")
    for turns in (begun.messages, begun.prompt):
        assert turns[-1] == Message("assistant", "".join(said[:at]))
    assert (begun.messages[:-1], begun.prompt[:-1]) == (GROUNDED.messages, GROUNDED.prompt)
    released += hear(onward, said[at:])
    assert released + onward.finish("stop") == WHOLE
    assert onward.released == len(WHOLE)
    assert len(onward.check.cited()) == 1
    assert (onward.check.numbers.passed, onward.check.numbers.failed) == (2, 1)


@given(pieces(), pieces())
def test_telling_again_releases_the_rest_once(drawn: tuple[list[str], int], again: tuple[list[str], int]) -> None:
    said, at = drawn
    telling = Telling(GROUNDED, {1})
    released = hear(telling, said[:at])
    repeated = telling.next("repeat")
    assert repeated.asking("repeat") is GROUNDED
    assert repeated.released == telling.released
    # it may break off as well, before it has come as far as the first: that changes nothing
    second = hear(repeated, again[0][: again[1]])
    third = repeated.next("repeat") if repeated.released > telling.released else telling.next("repeat")
    released += second + hear(third, again[0])
    assert released + third.finish("stop") == WHOLE
    assert (third.check.numbers.passed, third.check.numbers.failed) == (2, 1)


@given(pieces())
def test_one_that_begins_again_is_never_taken_for_the_rest(drawn: tuple[list[str], int]) -> None:
    said, at = drawn
    telling = Telling(GROUNDED, {1})
    released = hear(telling, said[:at])
    onward = telling.next("onward")
    if len("".join(said[:at])) < TELLING:
        return
    with pytest.raises(BeginsAnew):
        hear(onward, said)
    assert onward.text == released


@given(pieces())
def test_nothing_of_another_answer_is_released(drawn: tuple[list[str], int]) -> None:
    said, at = drawn
    telling = Telling(GROUNDED, {1})
    if not hear(telling, said[:at]):
        return
    other = telling.next("repeat")
    with pytest.raises(Differs):
        other.hear("The valve opens at 18 degrees. ")
    assert other.released == telling.released


def test_a_fresh_start_forgets_what_was_heard() -> None:
    telling = Telling(GROUNDED, {1})
    assert telling.hear("The valve") == ""
    fresh = telling.next("afresh")
    assert hear(fresh, [TOLD]) + fresh.finish("stop") == WHOLE


def test_what_was_said_counts_against_the_bound() -> None:
    bounded = ModelRequest((ASKED,), sampling=Sampling(max_tokens=5))
    telling = Telling(bounded, ())
    for word in ("One", " two", " three"):
        telling.hear(word)
    assert telling.asking("onward").sampling.max_tokens == 2
    assert telling.asking("repeat").sampling.max_tokens == 5
    for word in (" four", " five", " six"):
        telling.hear(word)
    assert telling.asking("onward").sampling.max_tokens == 1


def test_forms_and_calls_that_must_be_made_are_not_gone_on_with() -> None:
    tools = (Tool("switch"),)
    assert may_go_on(ModelRequest((ASKED,), tools=tools))
    assert not may_go_on(ModelRequest((ASKED,), tools=tools, tool_choice=ToolChoice("required")))
    assert not may_go_on(ModelRequest((ASKED,), response_format=ResponseFormat("json_object")))
