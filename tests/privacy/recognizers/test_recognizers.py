"""Each recognizer's own examples and counter-examples, what naive patterns get wrong, and hostile input."""

import re
import time
import uuid
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.recognizers import BUILT_IN, Recognizer

EXAMPLES = [(r, text, value) for r in BUILT_IN for text, value in r.examples]
COUNTER_EXAMPLES = [(r, text) for r in BUILT_IN for text in r.counter_examples]
BY_TAGGER_OR_SITE = {"PERSON", "ORGANISATION", "TENANT"}


@pytest.mark.parametrize(("recognizer", "text", "value"), EXAMPLES, ids=lambda v: str(v)[:30])
def test_finds_its_examples(recognizer: Recognizer, text: str, value: str) -> None:
    assert [text[s.start : s.end] for s in recognizer.find(text)] == [value]


@pytest.mark.parametrize(("recognizer", "text", "value"), EXAMPLES, ids=lambda v: str(v)[:30])
def test_finds_them_inside_a_longer_text(recognizer: Recognizer, text: str, value: str) -> None:
    whole = f"Good morning,\nplease have a look.\n{text}\nRegards"
    assert [whole[s.start : s.end] for s in recognizer.find(whole)] == [value]


@pytest.mark.parametrize(("recognizer", "text"), COUNTER_EXAMPLES, ids=lambda v: str(v)[:30])
def test_leaves_its_counter_examples(recognizer: Recognizer, text: str) -> None:
    assert list(recognizer.find(text)) == []


def test_every_structured_type_has_a_recognizer() -> None:
    assert {r.type for r in BUILT_IN} == set(ENTITIES) - BY_TAGGER_OR_SITE


def test_every_recognizer_shows_what_it_finds_and_what_it_leaves() -> None:
    assert all(len(r.examples) >= 3 and len(r.counter_examples) >= 3 for r in BUILT_IN)


def test_a_pattern_needs_text_and_names_its_value() -> None:
    for recognizer in BUILT_IN:
        assert recognizer.pattern.search("") is None
        assert (
            recognizer.pattern.groups == 0
            or "value" in recognizer.pattern.groupindex
            or recognizer.type == "PRIVATE_KEY"
        )


@given(
    st.uuids(),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),
    st.floats(0, 1e7),
    st.sampled_from(["kWh", "°C", "kW", "m³/h", "%", "Pa", "ppm"]),
)
def test_ids_times_and_measurements_are_not_personal(
    identifier: uuid.UUID, moment: datetime, value: float, unit: str
) -> None:
    text = f"{identifier} at {moment} ({moment.isoformat()}Z) measured {value:,.1f} {unit}"
    assert [(r.type, text[s.start : s.end]) for r in BUILT_IN for s in r.find(text)] == []


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 9999))
def test_versions_are_not_addresses(major: int, minor: int, patch: int, build: int) -> None:
    for text in (
        f"version {major}.{minor}.{patch}",
        f"v{major}.{minor}.{patch}.{build}",
        f"release {major}.{minor}.{patch}.{build}",
    ):
        assert [(r.type, text[s.start : s.end]) for r in BUILT_IN for s in r.find(text)] == []


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["sha256", "commit", "checksum", "digest", "ETag"]))
def test_hashes_are_no_secrets(digest: bytes, name: str) -> None:
    text = f"{name}: {digest.hex()} is that of the archive"
    assert [(r.type, text[s.start : s.end]) for r in BUILT_IN for s in r.find(text)] == []


@given(st.text(max_size=400))
def test_spans_lie_in_the_text(text: str) -> None:
    for recognizer in BUILT_IN:
        for span in recognizer.find(text):
            assert 0 <= span.start < span.end <= len(text)


PIECES = (
    *("a", "1", "a1-", "1.", "1 ", "a.", "a/", "Aa ", "ab:", " ", "\n", "-", "12 345 ", "door code ", "meter id "),
    *("password: ", "setpoint room ", "api key ", "tel call ", "occupancy ", "bacnet device ", "host: a-", "@", "/"),
    *(
        "12 Main Main ",
        "http://a:b",
        "server=a;b=c;",
        "-----BEGIN PRIVATE KEY-----\n",
        "12 kWh ",
        "=",
        "'",
        "Building ",
    ),
    *("MIIEvQIBADANBgkqhkiG9w0BAQ\n", "Tuesday "),
)
HOSTILE = [piece * (20_000 // len(piece)) for piece in PIECES]
HOSTILE.append("-----BEGIN PRIVATE KEY-----" + "\nMIIEvQIBADANBgkqhkiG9w0BAQ please have a look" * 400)


@pytest.mark.parametrize("recognizer", BUILT_IN, ids=lambda r: re.sub(r"\W", "", r.pattern.pattern)[:20])
def test_no_pattern_backtracks_without_end(recognizer: Recognizer) -> None:
    """A backtracking pattern takes minutes where these take milliseconds; the limit is far from both."""
    started = time.process_time()
    for text in HOSTILE:
        list(recognizer.find(text))
    assert time.process_time() - started < 20
