"""Classes: the highest wins, a caller may raise, a failing detector means restricted."""

import itertools

import pytest

from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector


def request(*texts: str, asked: str | None = None) -> ChatRequest:
    options = Options(privacy=PrivacyOptions(asked))  # type: ignore[arg-type]  # the wire decoder checks the label
    return ChatRequest("auto", tuple(Message("user", t) for t in texts), options=options)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("How do I reset the boiler?", PrivacyClass.INTERNAL),
        ("Mail m.berg@example.org about the boiler", PrivacyClass.CONFIDENTIAL),
        ("The alarm code is 902144", PrivacyClass.RESTRICTED),
        ("Mail m.berg@example.org the door code: 4711#", PrivacyClass.RESTRICTED),
    ],
)
def test_the_highest_class_wins(text: str, level: PrivacyClass) -> None:
    assert Classifier(Detector()).request(request(text)).level == level


def test_history_counts() -> None:
    assert Classifier(Detector()).request(request("door code: 4711#", "and now?")).level == PrivacyClass.RESTRICTED


def test_a_caller_raises_and_never_lowers() -> None:
    classifier = Classifier(Detector())
    assert classifier.request(request("hello", asked="restricted")).level == PrivacyClass.RESTRICTED
    assert classifier.request(request("alarm code is 902144", asked="public")).level == PrivacyClass.RESTRICTED


def test_reasons_name_types_and_never_the_text() -> None:
    reasons = " ".join(Classifier(Detector()).request(request("the alarm code is 902144")).reasons)
    assert "ACCESS_CODE" in reasons
    assert "902144" not in reasons


class BrokenDetector(Detector):
    def detect(self, text: str) -> tuple[Span, ...]:
        raise RuntimeError("902144")


def test_a_failing_detector_means_restricted() -> None:
    classification = Classifier(BrokenDetector()).request(request("hello"))
    assert classification.level == PrivacyClass.RESTRICTED
    assert "902144" not in " ".join(classification.reasons)


def test_overlapping_spans_keep_the_more_sensitive() -> None:
    spans = Detector().detect("password: abc123!x@example.org")
    assert [s.rule for s in spans if s.type == "API_KEY"] == ["block"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def test_classes_read_from_labels() -> None:
    assert PrivacyClass.parse("confidential") is PrivacyClass.CONFIDENTIAL
    with pytest.raises(ValueError, match="one of: public, internal"):
        PrivacyClass.parse("secret")


def test_joined_keeps_reasons_once() -> None:
    one = Classification(PrivacyClass.PUBLIC, ("a",))
    assert one.joined(Classification(PrivacyClass.RESTRICTED, ("a", "b"))).reasons == ("a", "b")


def test_a_span_is_found_whole_wherever_a_long_text_is_cut() -> None:
    for before in range(8180, 8200):
        text = "x" * before + " m.berg@example.org " + "y" * 9000
        assert [text[s.start : s.end] for s in Detector().detect(text)] == ["m.berg@example.org"]


def test_many_spans_are_told_apart() -> None:
    spans = Detector().detect("m.berg@example.org " * 20_000)
    assert len(spans) == 20_000
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
