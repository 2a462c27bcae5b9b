"""An answer told again: each character comes once, wherever the first telling broke off and however the second came."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vestibule.routing.resilience.repetition import TELLING, BeginsAnew, Differs, Onward, Repetition


@st.composite
def cut_up(draw: st.DrawFn) -> tuple[str, int, list[str]]:
    """A text, where it broke off, and the same text in any pieces, empty ones too."""
    text = draw(st.text(max_size=60))
    at = draw(st.integers(0, len(text)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return text, at, pieces


@given(cut_up())
def test_the_text_comes_exactly_once(drawn: tuple[str, int, list[str]]) -> None:
    text, at, pieces = drawn
    repetition = Repetition(text[:at])
    assert text[:at] + "".join(map(repetition.feed, pieces)) == text
    repetition.finish()


@given(cut_up(), st.data())
def test_another_text_is_never_taken_for_it(drawn: tuple[str, int, list[str]], data: st.DataObject) -> None:
    text, at, pieces = drawn
    assume(at > 0)
    wrong = data.draw(st.integers(0, at - 1))
    other = data.draw(st.characters().filter(lambda c: c != text[wrong]))
    spoilt = "".join(pieces)[:wrong] + other + "".join(pieces)[wrong + 1 :]
    repetition = Repetition(text[:at])
    assert [repetition.feed(character) for character in spoilt[:wrong]] == [""] * wrong
    with pytest.raises(Differs):
        repetition.feed(spoilt[wrong:])


@given(cut_up())
def test_a_shorter_text_is_no_repetition(drawn: tuple[str, int, list[str]]) -> None:
    text, at, _ = drawn
    assume(at > 0)
    repetition = Repetition(text[:at])
    assert repetition.feed(text[: at - 1]) == ""
    with pytest.raises(Differs, match="shorter"):
        repetition.finish()


@given(cut_up(), st.text(max_size=80))
def test_what_is_no_beginning_comes_as_it_is(drawn: tuple[str, int, list[str]], begun: str) -> None:
    text, _, pieces = drawn
    assume(not text.lstrip().startswith(begun.lstrip()[:TELLING]) or len(begun.lstrip()) < TELLING)
    onward = Onward(begun)
    assert "".join(map(onward.feed, pieces)) + onward.finish() == text


@given(st.text(min_size=TELLING).filter(lambda t: len(t.lstrip()) >= TELLING), st.sampled_from(["", " ", "\n\n"]))
def test_a_beginning_is_seen_before_any_of_it_is_released(begun: str, space: str) -> None:
    onward = Onward(begun)
    with pytest.raises(BeginsAnew):
        assert [onward.feed(character) for character in space + begun.lstrip()] == [""] * len(begun)
