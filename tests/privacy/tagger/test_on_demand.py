"""A tagger that is loaded when first needed: nothing is told to be clean before it has been read."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector
from vestibule.privacy.tagger import Tagger, TaggerOnDemand

TEXT = "Please ask Margaret Thornton about the second boiler."


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that loaded a tagger."""
    load, threads = Tagger.load, list[str]()

    def noting() -> Tagger:
        threads.append(threading.current_thread().name)
        return load()

    monkeypatch.setattr(Tagger, "load", noting)
    return threads


def test_what_stays_at_home_does_not_load_it(loads: list[str]) -> None:
    tagger = TaggerOnDemand()
    detector = Detector(tagger=tagger)
    assert not any(span.type == "PERSON" for span in detector.detect(TEXT, full=False))
    assert (loads, tagger.is_loaded) == ([], False)
    assert any(span.type == "PERSON" for span in detector.detect(TEXT, full=True))
    assert (len(loads), tagger.is_loaded) == (1, True)


async def test_requests_for_the_cloud_wait_for_one_load_and_the_loop_does_not(loads: list[str]) -> None:
    tagger = TaggerOnDemand()
    classifier = Classifier(Detector(tagger=tagger))
    request = ChatRequest("auto", (Message("user", TEXT),))
    found = await asyncio.gather(*(asyncio.to_thread(classifier.request, request, full=True) for _ in range(6)))
    assert {"PERSON" in {span.type for span in each.spans} for each in found} == {True}
    assert len(loads) == 1
    assert loads[0] != threading.main_thread().name


def test_one_that_cannot_be_loaded_keeps_everything_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Tagger:
        raise RuntimeError("no such operator")

    monkeypatch.setattr(Tagger, "load", fail)
    classifier = Classifier(Detector(tagger=TaggerOnDemand()))
    assert classifier.text("What does a chiller do?", full=True).level is PrivacyClass.RESTRICTED
    assert classifier.text("What does a chiller do?").level < PrivacyClass.RESTRICTED


def test_an_artefact_that_is_not_ours_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tagger.onnx").write_bytes(b"something else")
    (tmp_path / "tagger.sha256").write_text(f"{'0' * 64}  tagger.onnx\n")
    monkeypatch.setattr("vestibule.privacy.tagger.tagger.files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="install vestibule again"):
        TaggerOnDemand()


def test_it_can_be_loaded_before_it_is_needed(loads: list[str]) -> None:
    tagger = TaggerOnDemand()
    tagger.warm()
    assert tagger.is_loaded
    assert [span.type for span in tagger.tag(TEXT)] == ["PERSON"]
    assert len(loads) == 1
