"""Where spans overlap the more sensitive stands, then the longer; nothing that was found is left bare."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.sensitivity import Span
from vestibule.privacy.detection.overlaps import level, settle
from vestibule.privacy.entities import ENTITIES

TEXT = "Anna Berg, 4 Harbour Street, anna@example.org"


def span(kind: str, start: int, end: int) -> Span:
    return Span(kind, start, end, 0.9, "test", ENTITIES[kind].rule)


SPANS = st.lists(
    st.builds(
        lambda kind, start, length: span(kind, start, min(start + length, len(TEXT))),
        st.sampled_from(["PERSON", "EMAIL", "ADDRESS", "API_KEY", "METER_ID"]),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 20),
    ),
    max_size=12,
)


def test_the_more_sensitive_stands_then_the_longer() -> None:
    assert settle([span("PERSON", 0, 9), span("API_KEY", 2, 4)], TEXT) == (span("API_KEY", 2, 4),)
    assert settle([span("PERSON", 0, 4), span("TENANT", 0, 9)], TEXT) == (span("TENANT", 0, 9),)


def test_what_a_loser_covered_alone_stays_covered() -> None:
    assert settle([span("ADDRESS", 11, 27), span("PERSON", 0, 12)], TEXT) == (
        span("PERSON", 0, 9),
        span("ADDRESS", 11, 27),
    )


@given(SPANS)
def test_spans_are_in_order_and_apart(spans: list[Span]) -> None:
    kept = settle(spans, TEXT)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    assert all(0 <= s.start < s.end <= len(TEXT) for s in kept)


@given(SPANS)
def test_no_letter_is_less_protected_than_before(spans: list[Span]) -> None:
    """Unless something keeps the whole text at home, every letter found stays found, in no lower class."""
    kept = settle(spans, TEXT)
    highest = max((level(s) for s in spans), default=None)
    assert max((level(s) for s in kept), default=None) == highest
    if any(s.rule == "block" for s in spans):
        return
    covered = {at for s in kept for at in range(s.start, s.end)}
    assert {at for s in spans for at in range(s.start, s.end) if TEXT[at].isalnum()} <= covered
