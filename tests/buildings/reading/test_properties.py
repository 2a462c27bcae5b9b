"""What holds for any text at all."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.buildings.reading.portfolio import PORTFOLIO
from tests.buildings.reading.questions import QUESTIONS
from vestibule.buildings.reading import Reading, read
from vestibule.buildings.reading.words import MAX_CHARACTERS, words

_VOCABULARY = sorted({word for question, _ in QUESTIONS for word in re.findall(r"[\w.:/–-]+", question)})
_EXTRA = ["31", "0", "99", "2024", "9999", "week", "of", "to", "and", "from", "29", "February", "before", "last", "the"]
_SALAD = st.lists(st.sampled_from([*_VOCABULARY, *_EXTRA]), max_size=25).map(" ".join)
_HISTORY = st.lists(_SALAD, max_size=3)


def _sound(reading: Reading) -> bool:
    ids = {building.id for building in PORTFOLIO.buildings}
    periods = [p for call in reading.calls for p in (call.period, call.second_period) if p is not None]
    periods += [reading.period] if reading.period else []
    inside = all(PORTFOLIO.data_start <= p.start < p.end <= PORTFOLIO.data_end and p.label for p in periods)
    known = all(call.buildings and ids.issuperset(call.buildings) for call in reading.calls)
    return inside and known and (reading.is_about_data or not reading.calls)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert _sound(read(text, [], PORTFOLIO))


@settings(max_examples=300)
@given(_SALAD, _HISTORY)
def test_any_words_of_questions_are_read(text: str, history: list[str]) -> None:
    assert _sound(read(text, history, PORTFOLIO))


@given(st.sampled_from([question for question, _ in QUESTIONS if " || " not in question]), st.integers(1, 4))
def test_case_and_white_space_change_nothing(question: str, width: int) -> None:
    meant = read(question, [], PORTFOLIO)
    assert read(question.upper(), [], PORTFOLIO) == meant
    assert read(question.lower(), [], PORTFOLIO) == meant
    assert read(f"\n\t{question.replace(' ', ' ' * width)}  ", [], PORTFOLIO) == meant


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    question = "How much gas did the hotel use in March? "
    assert words(question + "x" * 50_000) == words(question + "x" * (MAX_CHARACTERS - len(question)))
    assert len(words("a " * 25_000)) == MAX_CHARACTERS / 2


def test_hostile_text_is_read_as_any_other() -> None:
    pieces = (
        "which building ",
        "week of the ",
        "3 to ",
        "from between ",
        "@m0 ",
        "a" * 70 + " ",
        "does the x ",
        "1.1.",
        "'",
    )
    for piece in pieces:
        assert _sound(read(piece * (50_000 // len(piece)), [piece * 1_000] * 4, PORTFOLIO))
