"""Detection as its callers see it: offsets of the text as given, two paths, failures raised, long texts whole."""

import base64
import itertools
import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.detection import DetectionTimeout, Detector, dictionaries_from
from vestibule.privacy.recognizers import BUILT_IN, Recognizer

MAIL = "m.berg@example.org"


class NameTagger:
    """Tags every "Anna", and counts the texts it was shown."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def tag(self, text: str) -> Sequence[Span]:
        self.seen.append(text)
        return [Span("PERSON", m.start(), m.end(), 0.8, "tagger", "pseudonymise") for m in re.finditer("Anna", text)]


def found(detector: Detector, text: str, *, full: bool = True) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in detector.detect(text, full=full)]


@pytest.mark.parametrize("cut", ["", "\u200b", "\u00ad"])
def test_offsets_are_those_of_the_text_as_given(cut: str) -> None:
    text = f"ß½ ﬁx: m.be{cut}rg@exаmple.org ½"
    assert found(Detector(), text) == [("EMAIL", f"m.be{cut}rg@exаmple.org")]


def test_a_cue_and_its_value_may_stand_on_two_lines_but_not_in_two_rows() -> None:
    assert found(Detector(), "the alarm code is\n902144") == [("ACCESS_CODE", "902144")]
    rows = "Tag\tRegister\tScale\nkW total\t40473\t0.1\nkWh import\t40112\t1"
    assert found(Detector(), rows) == [("MODBUS_REFERENCE", "40473"), ("MODBUS_REFERENCE", "40112")]


@pytest.mark.parametrize("before", ["", "one line\n\n", "\n", "\n\n\n", "A\tB\nC\tD\n\n"])
@pytest.mark.parametrize("behind", ["", "\n\nthe next paragraph", "\n\n1\n\n2"])
def test_wrapped_lines_are_joined_wherever_their_paragraph_stands(before: str, behind: str) -> None:
    text = f"{before}the alarm code is\n902144{behind}"
    assert found(Detector(), text) == [("ACCESS_CODE", "902144")]


def test_two_paragraphs_are_not_joined() -> None:
    assert found(Detector(), "the alarm code is\n\n\n902144 times") == []


def test_only_the_full_path_asks_the_tagger() -> None:
    tagger = NameTagger()
    detector = Detector(tagger=tagger)
    assert found(detector, f"Anna, {MAIL}", full=False) == [("EMAIL", MAIL)]
    assert tagger.seen == []
    assert found(detector, f"Anna, {MAIL}") == [("PERSON", "Anna"), ("EMAIL", MAIL)]


def test_the_tagger_reads_normalised_text_and_its_spans_are_mapped_back() -> None:
    assert found(Detector(tagger=NameTagger()), "½ Аn\u200bna") == [("PERSON", "Аn\u200bna")]


def test_a_text_seen_before_is_not_looked_through_again() -> None:
    tagger = NameTagger()
    detector = Detector(tagger=tagger)
    assert detector.detect("Anna called") == detector.detect("Anna called")
    assert len(tagger.seen) == 1
    detector.use(dictionaries_from([("PERSON", "Anna Quorvil")]))
    detector.detect("Anna called")
    assert len(tagger.seen) == 2


class Counting(Recognizer):
    """Counts the texts it is looked for in."""

    def find(self, text: str, start: int = 0, end: int | None = None, context: int = 0) -> Iterator[Span]:
        LOOKED.append(text)
        return super().find(text, start, end, context)


LOOKED: list[str] = []


@pytest.mark.parametrize("text", ["Anna, pin 4711", "½ Аnna, pin 4711", "nobody", "Anna pin 4711"])
def test_what_was_looked_through_for_home_is_only_tagged_before_it_may_leave(text: str) -> None:
    LOOKED.clear()
    recognizers = [Counting("ACCESS_CODE", re.compile(r"(?:Anna )?pin \d{4}"), (), ())]
    both, alone = (Detector(recognizers, tagger=NameTagger()) for _ in range(2))
    both.detect(text, full=False)
    assert both.detect(text) == alone.detect(text)
    assert len(LOOKED) == 2  # once by each


def test_what_a_disguise_says_is_tagged_too_also_where_it_was_looked_through_before() -> None:
    text = f"see {base64.b64encode(b'call Anna at noon today').decode()}"
    detector = Detector(tagger=NameTagger())
    assert found(detector, text, full=False) == []
    assert found(detector, text) == [("PERSON", text[4:])]


def test_without_a_memo_every_text_is_looked_through() -> None:
    tagger = NameTagger()
    detector = Detector(tagger=tagger, memo_bytes=0)
    assert detector.detect("Anna called") == detector.detect("Anna called")
    assert len(tagger.seen) == 2


def test_what_fails_is_raised_and_not_remembered() -> None:
    class Failing(NameTagger):
        def tag(self, text: str) -> Sequence[Span]:
            if not self.seen:
                self.seen.append(text)
                raise RuntimeError("tagger away")
            return super().tag(text)

    detector = Detector(tagger=Failing())
    with pytest.raises(RuntimeError, match="tagger away"):
        detector.detect("Anna")
    assert found(detector, "Anna") == [("PERSON", "Anna")]


def test_a_text_that_takes_too_long_is_refused_and_not_remembered() -> None:
    detector = Detector()
    with pytest.raises(DetectionTimeout, match="too long"):
        detector.detect(f"write to {MAIL} " * 1000, budget_s=0)
    assert len(detector.detect(f"write to {MAIL} " * 1000)) == 1000


@pytest.mark.parametrize("warm", [False, True])
def test_also_one_long_search_is_ended_when_time_is_up(warm: bool) -> None:
    digits = Recognizer("METER_ID", re.compile(r"\d{1,9}x"), (), ())
    detector = Detector([digits])
    if warm:
        detector.warm()
    with pytest.raises(DetectionTimeout):
        detector.detect("1" * 100_000 + "x", budget_s=0)


def test_the_class_of_a_span_is_that_of_its_type() -> None:
    detector = Detector()
    assert [detector.level(s) for s in detector.detect(MAIL)] == [PrivacyClass.CONFIDENTIAL]


@pytest.mark.parametrize("warm", [False, True])
def test_a_span_is_found_whole_wherever_a_long_text_is_cut(warm: bool) -> None:
    email = [r for r in BUILT_IN if r.type == "EMAIL"]
    detector = Detector(email, memo_bytes=0)
    if warm:
        detector.warm()
    for before in [*range(2020, 2070), *range(2630, 2670)]:
        assert found(detector, "x" * before + f" {MAIL} " + "y" * 9000) == [("EMAIL", MAIL)]


def test_a_private_key_is_found_whole_far_into_a_long_text() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "q8Zr4tY1wX6c+/Aa" * 180 + "\n-----END PRIVATE KEY-----"
    detector = Detector([r for r in BUILT_IN if "PRIVATE KEY" in r.pattern.pattern])
    assert [text for _, text in found(detector, "x. " * 2600 + key + " y." * 4000)] == [key]


def test_the_end_of_a_stretch_is_no_end_of_a_number() -> None:
    """What stands behind a stretch decides whether a match holds."""
    digits = Recognizer("METER_ID", re.compile(r"(?<!\d)\d{4,12}(?!\d)"), (("1234", "1234"),), ("123",))
    for before in range(2030, 2050):
        assert Detector([digits]).detect("x" * before + "1" * 40 + "x" * 600) == ()


def test_a_recognizer_may_bring_its_own_gate() -> None:
    shaped = Recognizer("METER_ID", re.compile(r"(?=[A-Z-]*\d)[A-Z\d-]{6,12}"), (), (), gate=re.compile(r"[A-Z-]\d"))
    detector = Detector([shaped], memo_bytes=0)
    detector.warm()
    assert found(detector, "meter AB-123-C, ABCDEF") == [("METER_ID", "AB-123-C")]


def test_many_spans_are_told_apart() -> None:
    spans = Detector(BUILT_IN[:1] + tuple(r for r in BUILT_IN if r.type == "EMAIL")).detect(f"{MAIL} " * 20_000)
    assert len(spans) == 20_000
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


@given(st.text(max_size=200))
def test_any_text_gives_spans_within_it(text: str) -> None:
    for span in Detector(tagger=NameTagger()).detect(text):
        assert 0 <= span.start < span.end <= len(text)
