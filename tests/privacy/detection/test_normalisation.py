"""One text however it is written, and every offset back to where it stood."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vestibule.privacy.detection.normalisation import normalise
from vestibule.privacy.detection.reading import Reading

TRICKY = st.text(
    st.sampled_from("abc 4711#@.é\u0301\u0336\u200b\u00ad²①½ﬁМАдЖếđ４７＃\u00a0\u2003–—İß漢\ufe0f\U0001f512"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ｄｏｏｒ ｃｏｄｅ：４７１１＃", "door code:4711#"),
        ("d\u200bo\u2060o\u00adr code", "door code"),
        ("р\u0430ss\u0440ort", "passport"),
        ("ΡΙΝ 4711", "PIN 4711"),
        ("٤٧١١", "4711"),
        ("④⑦", "47"),
        ("4\u03367\u03361\u0336", "471"),
        ("+49\u00a030\u20035550", "+49 30 5550"),
        ("0\u20104\u20113\u22125", "0-4-3-5"),
        ("e\u0301a\u0308", "éä"),
        ("ﬁre", "fire"),
        ("a\u2028b", "a\nb"),
    ],
)
def test_disguised_letters_become_what_they_mean(written: str, meant: str) -> None:
    assert normalise(written).text == meant


@pytest.mark.parametrize("text", ["12 m² and 4 m³", "CO₂ at 21 °C", "Straße, müller, Nguyễn Huệ", "€ 0.21 - no"])
def test_units_and_ordinary_letters_stay(text: str) -> None:
    assert normalise(text).text == text


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert normalise(text).text is text


@given(TRICKY)
@example("½\u0301\u0301")  # three characters become three others
def test_every_stretch_is_found_again_in_the_original(text: str) -> None:
    """A stretch of the reading covers what it was made from: normalised alone it holds the same letters."""
    reading = normalise(text)
    previous = 0
    for at, character in enumerate(reading.text):
        start, end = reading.original(at, at + 1)
        assert previous <= start < end <= len(text)
        assert character in normalise(text[max(0, start - 1) : end]).text
        previous = start


@given(TRICKY, TRICKY)
def test_what_surrounds_a_word_does_not_move_it(before: str, after: str) -> None:
    text = f"{before} boiler {after}"
    reading = normalise(text)
    at = reading.text.index("boiler")
    assert reading.original(at, at + 6) == (len(before) + 1, len(before) + 7)


@given(TRICKY)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


def test_a_replaced_stretch_is_marked_whole() -> None:
    reading = Reading("call ONE now", [(5, 8, "111")])
    assert reading.text == "call 111 now"
    longer = Reading("call ONE now", [(5, 8, "1")])
    assert longer.text == "call 1 now"
    assert longer.original(5, 6) == (5, 8)
    assert longer.original(7, 10) == (9, 12)
    assert longer.original(0, 10) == (0, 12)


def test_half_a_character_seen_before_does_not_hide_whole_ones() -> None:
    assert normalise("\ud835 \udc1a").text == "\ud835 \udc1a"
    assert normalise("𝐚").text == "a"
