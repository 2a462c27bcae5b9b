"""Classes: the highest wins, a caller may raise, a failing detector means restricted, the policy has the last word."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vestibule.core.chat import (
    ChatRequest,
    Message,
    Options,
    PrivacyOptions,
    ResponseFormat,
    Sampling,
    Tool,
    ToolCall,
)
from vestibule.core.evidence import Evidence, Passage, Period, ToolResult
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector
from vestibule.privacy.policy import Policy, PolicyStore

SECRET = "the alarm code is 902144"
DETECTOR = Detector()


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(DETECTOR)


def request(*texts: str, asked: str | None = None) -> ChatRequest:
    options = Options(privacy=PrivacyOptions(asked))  # type: ignore[arg-type]  # the wire decoder checks the label
    return ChatRequest("auto", tuple(Message("user", t) for t in texts), options=options)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("What is a typical COP of a chiller?", PrivacyClass.PUBLIC),
        ("How do I reset the boiler?", PrivacyClass.INTERNAL),
        ("Mail m.berg@example.org about the boiler", PrivacyClass.CONFIDENTIAL),
        (SECRET, PrivacyClass.RESTRICTED),
        ("Mail m.berg@example.org the door code: 4711#", PrivacyClass.RESTRICTED),
    ],
)
def test_the_highest_class_wins(classifier: Classifier, text: str, level: PrivacyClass) -> None:
    assert classifier.request(request(text)).level == level


@pytest.mark.parametrize(
    "text",
    [
        "How does the night setback at Harbour Office work?",
        "What is the average consumption of Harbour Office?",
        "what is the average consumption of harbour office?",
        "What is a typical setpoint for Anna's room?",
        "What is a typical COP of our chiller?",
        "What is an AHU doing on 8 July?",
        "Explain how a heat pump works. And what did ours use in 2024?",
        "Which building used the most gas in February?",
        "Was ist ein typischer COP?",
        "What is a typical code like 123456?",
        "What is a typical " + "very " * 100 + "long question?",
        "What is a typical COP?\nHarbour Office",
    ],
)
def test_what_may_be_about_the_house_is_internal(classifier: Classifier, text: str) -> None:
    assert classifier.request(request(text)).level == PrivacyClass.INTERNAL


def test_general_talk_is_public_only_by_itself(classifier: Classifier) -> None:
    general = request("What is a typical COP of a chiller?", "How does a VAV system work?")
    assert classifier.request(general).level == PrivacyClass.PUBLIC
    for told in (
        {"messages": (*general.messages, Message("assistant", "About 4."))},
        {"messages": (Message("user", "What is a typical COP?", name="anna"),)},
        {"tools": (Tool("lookup"),)},
        {"metadata": {"ticket": "7"}},
    ):
        assert classifier.request(msgspec.structs.replace(general, **told)).level == PrivacyClass.INTERNAL


HIDDEN_IN: dict[str, dict[str, Any]] = {
    "the question": {"messages": (Message("user", SECRET),)},
    "the history": {"messages": (Message("user", SECRET), Message("user", "and now?"))},
    "a tool result": {"messages": (Message("user", "?"), Message("tool", json.dumps({"text": SECRET})))},
    "a tool call": {
        "messages": (
            Message("user", "?"),
            Message("assistant", tool_calls=(ToolCall("1", "f", json.dumps({"a": {"b": [SECRET]}})),)),
        )
    },
    "a tool definition": {"tools": (Tool("f", "a tool", {"properties": {"code": {"enum": [SECRET]}}}),)},
    "the answer's format": {"response_format": ResponseFormat("json_schema", "s", {"description": SECRET})},
    "the metadata": {"metadata": {"file": SECRET}},
    "a stop sequence": {"sampling": Sampling(stop=(SECRET,))},
}


@pytest.mark.parametrize("place", HIDDEN_IN)
def test_whatever_comes_with_a_request_counts(classifier: Classifier, place: str) -> None:
    found = classifier.request(msgspec.structs.replace(request("hello"), **HIDDEN_IN[place]))
    assert found.level == PrivacyClass.RESTRICTED
    assert f"ACCESS_CODE found in {place} (block)" in found.reasons
    assert "ACCESS_CODE" in {span.type for span in found.spans}
    assert "902144" not in " ".join(found.reasons)


def test_a_name_that_says_what_a_value_is_counts(classifier: Classifier) -> None:
    found = classifier.request(msgspec.structs.replace(request("hello"), metadata={"door code": 902144}))
    assert found.level == PrivacyClass.RESTRICTED


def test_what_is_nested_without_end_is_restricted(classifier: Classifier) -> None:
    deep: object = SECRET
    for _ in range(200):
        deep = [deep]
    found = classifier.request(msgspec.structs.replace(request("hello"), metadata={"a": deep}))
    assert (found.level, found.reasons) == (PrivacyClass.RESTRICTED, ("nested too deeply to be read",))


def test_a_caller_raises_and_never_lowers(classifier: Classifier) -> None:
    raised = classifier.request(request("hello", asked="restricted"))
    assert (raised.level, raised.reasons) == (PrivacyClass.RESTRICTED, ("raised by the caller",))
    kept = classifier.request(request(SECRET, asked="public"))
    assert kept.level == PrivacyClass.RESTRICTED
    assert kept.reasons[-1] == "a lower class was asked for and not given"
    assert classifier.request(request("hello", asked="internal")).reasons == ()


class Broken:
    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        raise RuntimeError("902144")


def test_a_failing_detector_means_restricted() -> None:
    classifier = Classifier(Broken())
    for found in (classifier.request(request("hello")), classifier.text("hello")):
        assert (found.level, found.reasons) == (PrivacyClass.RESTRICTED, ("detector failed (RuntimeError)",))


class Recording:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        self.asked.append((text, full))
        return ()


def test_the_full_path_is_for_prose_and_only_when_asked_for() -> None:
    detector = Recording()
    asked = msgspec.structs.replace(request("hello"), tools=(Tool("get_meter", "reads a meter"),))
    Classifier(detector).request(asked)
    assert {full for _, full in detector.asked} == {False}
    Classifier(detector).request(asked, full=True)
    assert detector.asked[3:] == [("hello", True), ("get_meter", False), ("reads a meter", True)]


def stored(tmp_path: Path, text: str) -> PolicyStore:
    (tmp_path / "policy.yaml").write_text(f"version: 2\n{text}")
    return PolicyStore(tmp_path / "policy.yaml")


def test_the_policy_has_the_last_word(tmp_path: Path) -> None:
    policies = stored(tmp_path, "default_class: confidential\ntypes: {EMAIL: {class: restricted, rule: block}}\n")
    classifier = Classifier(DETECTOR, policies)
    assert classifier.request(request("What is a typical COP?")).level == PrivacyClass.CONFIDENTIAL
    found = classifier.text("to m.berg@example.org")
    assert (found.level, found.spans[0].rule) == (PrivacyClass.RESTRICTED, "block")
    assert found.reasons == ("EMAIL found (block)",)
    began_with = classifier.text("to m.berg@example.org", policy=Policy.shipped())
    assert (began_with.level, began_with.spans[0].rule) == (PrivacyClass.CONFIDENTIAL, "pseudonymise")
    assert classifier.text("hello", PrivacyClass.PUBLIC).level == PrivacyClass.PUBLIC


def passage(text: str, level: PrivacyClass = PrivacyClass.INTERNAL, title: str = "Manual") -> Passage:
    return Passage("c", "d", title, "page 1", text, 1.0, level)


def result(level: PrivacyClass) -> ToolResult:
    now = datetime(2025, 7, 8, tzinfo=UTC)
    period = Period(now, now, "today")
    return ToolResult("data/x", "total", "b", "B", "gas", period, (), 1.0, "sum", ("It used much.",), level=level)


def test_evidence_has_the_class_it_carries(classifier: Classifier) -> None:
    assert classifier.evidence(Evidence()) == Classification(PrivacyClass.PUBLIC)
    assert classifier.evidence(Evidence((passage("x"),))).level == PrivacyClass.INTERNAL
    both = Evidence((passage("x", PrivacyClass.CONFIDENTIAL),), (result(PrivacyClass.RESTRICTED),))
    found = classifier.evidence(both)
    assert found.level == PrivacyClass.RESTRICTED
    assert found.reasons == ("retrieved passages are confidential", "one building's own data are restricted")


def test_evidence_is_read_again_for_the_cloud(classifier: Classifier) -> None:
    for told in (passage(SECRET), passage("x", title="m.berg@example.org")):
        assert classifier.evidence(Evidence((told,))).level == PrivacyClass.INTERNAL
    found = classifier.evidence(Evidence((passage(SECRET),)), full=True)
    assert (found.level, found.reasons) == (
        PrivacyClass.RESTRICTED,
        ("ACCESS_CODE found in a retrieved passage (block)",),
    )
    named = classifier.evidence(Evidence((passage("x", title="m.berg@example.org"),)), full=True)
    assert named.level == PrivacyClass.CONFIDENTIAL


def test_figures_of_several_buildings_follow_the_policy(tmp_path: Path, classifier: Classifier) -> None:
    several = Evidence(results=(result(PrivacyClass.CONFIDENTIAL),))
    assert classifier.evidence(several).level == PrivacyClass.RESTRICTED
    keeping = Classifier(DETECTOR, stored(tmp_path, "aggregated_performance: keep\n"))
    assert keeping.evidence(several).level == PrivacyClass.CONFIDENTIAL


def test_classes_read_from_labels() -> None:
    assert PrivacyClass.parse("confidential") is PrivacyClass.CONFIDENTIAL
    with pytest.raises(ValueError, match="one of: public, internal"):
        PrivacyClass.parse("secret")


def test_joined_keeps_reasons_once() -> None:
    one = Classification(PrivacyClass.PUBLIC, ("a",))
    assert one.joined(Classification(PrivacyClass.RESTRICTED, ("a", "b"))).reasons == ("a", "b")
