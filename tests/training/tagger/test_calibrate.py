"""Thresholds are the least at which harmless texts stay without alarm."""

from collections.abc import Sequence

import pytest

from vestibule.privacy.tagger import Tagger
from vestibule.training.tagger import calibrate
from vestibule.training.tagger.calibrate import STEPS, thresholds
from vestibule.training.tagger.texts import harmless

TAGGER = Tagger.load()


def never_raised(raised: Sequence[float]) -> Tagger:
    return TAGGER


def test_a_type_without_alarms_gets_the_lowest_threshold_and_one_that_always_alarms_the_highest() -> None:
    texts = ["Please ask Anna Berg to check AHU-3."] * 3
    assert thresholds(never_raised, texts) == (STEPS[-1], STEPS[0], STEPS[0])


def test_some_alarms_are_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Please ask Anna Berg to check AHU-3.", *["The pump runs."] * 9]
    monkeypatch.setattr(calibrate, "RATE", 0.1)
    assert thresholds(never_raised, texts) == (STEPS[0],) * 3


def test_the_harmless_texts_are_many_and_the_same_again() -> None:
    texts = [harmless(5, number) for number in range(400)]
    assert texts == [harmless(5, number) for number in range(400)]
    assert len(set(texts)) > 350


def test_the_shipped_tagger_leaves_harmless_texts_alone() -> None:
    alarmed = sum(bool(TAGGER.tag(harmless(77, number))) for number in range(2000))
    assert alarmed <= 0.01 * 2000
