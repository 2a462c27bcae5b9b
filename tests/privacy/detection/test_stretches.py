"""Looking stretch by stretch finds what one look finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.detection import stretches as module
from vestibule.privacy.detection.stretches import CONTEXT, STRETCH, stretches

PATTERNS = [re.compile(p) for p in (r"(?<!a)a{1,3}(?!a)", r"b\w{0,7}c(?=d)", r"(?<![\w])[a-d]{2,30}", r"d+", r"x")]


@pytest.fixture(scope="module", autouse=True)
def short_stretches() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STRETCH", 8)
        yield


@given(st.text(st.sampled_from("abcd ."), max_size=200), st.integers(0, 20))
def test_the_same_is_found_as_by_one_search(text: str, start: int) -> None:
    for pattern in PATTERNS:
        whole = {match.span() for match in pattern.finditer(text, start)}
        apart = {
            match.span()
            for stretch in stretches(pattern, start, len(text))
            for match in pattern.finditer(text, stretch.start, stretch.end + stretch.context)
            if match.end() <= stretch.end
        }
        assert apart >= whole
        assert pattern is PATTERNS[3] or apart == whole


def test_no_stretch_is_longer_than_its_pattern_asks_for() -> None:
    parts = list(stretches(PATTERNS[0], 5, 105))
    assert [(part.start, part.end) for part in parts[:2]] == [(5, 16), (13, 24)]
    assert parts[-1].end == 105
    assert parts[-1].context == CONTEXT


def test_a_pattern_without_a_longest_match_is_looked_for_in_one_stretch() -> None:
    assert len(list(stretches(PATTERNS[3], 0, 10 * STRETCH))) == 1
