"""Each recognizer's own examples and counter-examples, and what naive patterns get wrong."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.recognizers import BUILT_IN, Recognizer

EXAMPLES = [(r, text, value) for r in BUILT_IN for text, value in r.examples]
COUNTER_EXAMPLES = [(r, text) for r in BUILT_IN for text in r.counter_examples]


@pytest.mark.parametrize(("recognizer", "text", "value"), EXAMPLES, ids=lambda v: str(v)[:30])
def test_finds_its_examples(recognizer: Recognizer, text: str, value: str) -> None:
    assert [text[s.start : s.end] for s in recognizer.find(text)] == [value]


@pytest.mark.parametrize(("recognizer", "text"), COUNTER_EXAMPLES, ids=lambda v: str(v)[:30])
def test_leaves_its_counter_examples(recognizer: Recognizer, text: str) -> None:
    assert list(recognizer.find(text)) == []


@given(st.uuids(), st.datetimes(), st.floats(0, 1e7))
def test_ids_times_and_measurements_are_not_personal(identifier: uuid.UUID, moment: object, value: float) -> None:
    text = f"{identifier} at {moment} used {value:,.1f} kWh"
    assert [s for r in BUILT_IN for s in r.find(text)] == []


@given(st.text(max_size=400))
def test_spans_lie_in_the_text(text: str) -> None:
    for recognizer in BUILT_IN:
        for span in recognizer.find(text):
            assert 0 <= span.start < span.end <= len(text)
