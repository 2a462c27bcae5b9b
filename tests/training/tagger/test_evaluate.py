"""The shipped tagger on sentences kept from its training, and how a score is counted."""

from vestibule.privacy.tagger import Tagger
from vestibule.training.tagger.evaluate import evaluate
from vestibule.training.tagger.grammar import Labelled
from vestibule.training.tagger.texts import draw

TAGGER = Tagger.load()


def test_what_was_kept_from_training_is_found() -> None:
    scores = evaluate(TAGGER, (draw(21, number, held_out=True) for number in range(600)), exact=False)
    assert scores["PERSON"].f1 >= 0.85
    assert scores["ADDRESS"].f1 >= 0.85
    assert scores["ORGANISATION"].f1 >= 0.75
    assert min(score.names for score in scores.values()) > 50


def test_a_score_counts_what_is_missed_and_what_is_too_much() -> None:
    text = "Please ask Anna Berg to check AHU-3."
    right = Labelled(text, ((1, 11, 20),))
    wider = Labelled(text, ((1, 7, 20),))
    assert evaluate(TAGGER, [right])["PERSON"] == (1.0, 1.0, 1.0, 1)
    assert evaluate(TAGGER, [wider])["PERSON"].f1 == 0
    assert evaluate(TAGGER, [wider], exact=False)["PERSON"].f1 == 1
    assert evaluate(TAGGER, [right, Labelled(text, ())])["PERSON"].precision == 0.5
    assert evaluate(TAGGER, [Labelled("no name here", ((1, 0, 2),))])["PERSON"].recall == 0
