"""The generated texts: labels at names, the same again, and nothing held out in what is learnt from."""

import re

from vestibule.privacy.tagger.features import fold
from vestibule.training.tagger.lists import is_held_out, kinds, read
from vestibule.training.tagger.texts import RULES, draw, grammar

DRAWN = [draw(3, number) for number in range(800)]


def test_names_lie_in_the_text_apart_and_begin_and_end_in_words() -> None:
    for text, names in DRAWN:
        last = 0
        for _, start, end in sorted(names, key=lambda name: name[1]):
            assert last <= start < end <= len(text)
            assert not text[start].isspace()
            assert not text[end - 1].isspace()
            last = end


def test_all_types_and_plain_texts_come_in_numbers() -> None:
    labels = [label for _, names in DRAWN for label, _, _ in names]
    assert min(labels.count(label) for label in (1, 2, 3)) > 50
    assert sum(not names for _, names in DRAWN) > 50


def test_a_text_is_the_same_again_and_differs_from_the_next() -> None:
    assert [draw(3, number) for number in range(50)] == DRAWN[:50]
    assert draw(4, 0) != DRAWN[0]


def test_training_draws_no_name_that_is_held_out() -> None:
    for rule in ("first", "last", "place", "stem", "street_stem"):
        parts = grammar()._rules[rule]
        assert parts.held_out
        assert not set(parts.held_out) & set(parts.seen)
    rare = {name for name in read("first_names") if is_held_out(name) and len(name) > 6}
    others = {
        word for kind in ("last_names", "common_words", "places") for e in read(kind) for word in e.lower().split()
    }
    for text, _ in DRAWN:
        assert not (rare - others) & set(re.findall(r"\w+", text.lower()))
    later = {word for n in range(800) for word in re.findall(r"\w+", draw(3, n, held_out=True).text.lower())}
    assert len(rare & later) > 20


def test_training_sees_no_sentence_that_is_held_out() -> None:
    for rule in ("english", "plain", "prose", "mails", "german", "french", "spanish", "vietnamese", "opsgerman"):
        parts = grammar()._rules[rule]
        assert parts.held_out
        assert not set(parts.held_out) & set(parts.seen)
    assert set(RULES) <= set(grammar()._rules)


def test_the_lexicon_for_measuring_does_not_know_the_names_held_out() -> None:
    part, whole = kinds(whole=False), kinds(whole=True)
    assert set(part["common"]) == set(whole["common"])
    assert len(part["last"]) < len(whole["last"])
    unknown = {fold(word) for word in whole["last"]} - {fold(word) for word in part["last"]}
    assert unknown
