"""Requests are drawn with the difficulty that their parts add up to."""

from __future__ import annotations

import random

import pytest

from vestibule.training.complexity.grammar import LEAST, Grammar, Subject, is_held_out
from vestibule.training.complexity.requests import example

SUBJECTS = (Subject("algebra", 60, ("a ring", "a field")),)
TEXT = """# a comment
=== sums
+10 {step*2} What is [+5 {2-2}|+5 two] times {3-3}?
== step: +7 first; | +7 then;
=== field
@50 +4 In {field}, is {term} {term}? ⟨⦃a¦b⦄⟩\\n\\tend
"""


def drawn(kind: str) -> tuple[str, float]:
    one = Grammar(TEXT, SUBJECTS).draw(kind, random.Random(1))
    return one.text, round(one.difficulty, 4)


def test_points_of_all_parts_add_up() -> None:
    text, difficulty = drawn("sums")
    assert difficulty == 0.29
    assert text.count(";") == 2
    assert text.endswith("times 3?")
    assert text[0] in "FT"


def test_a_subject_is_one_for_the_whole_request_and_its_terms_differ() -> None:
    text, difficulty = drawn("field")
    assert difficulty == 0.34
    assert text.startswith("In algebra, is a ")
    assert "a ring" in text
    assert "a field" in text
    assert text.endswith("? [{a|b}]\n\tend")


def test_a_rule_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="'stp'"):
        Grammar("=== sums\n+10 [{stp}|none]", SUBJECTS)


def test_the_shipped_grammar_says_the_same_again() -> None:
    drawn = [
        [Grammar.shipped().draw(kind, rng).text for kind in Grammar.shipped().kinds]
        for rng in (random.Random(3), random.Random(3))
    ]
    assert drawn[0] == drawn[1]


def test_nothing_of_the_notation_is_left_in_a_text() -> None:
    grammar, rng = Grammar.shipped(), random.Random(2)
    for kind in grammar.kinds:
        for _ in range(30):
            text = grammar.draw(kind, rng).text
            assert not any(mark in text for mark in ("⟨", "⟩", "⦃", "⦄", "¦", "\\n", "*2}", "@")), text


def test_what_is_held_out_is_never_drawn_for_training() -> None:
    grammar, rng = Grammar.shipped(), random.Random(2)
    for kind in grammar.kinds:
        assert not any(is_held_out(grammar.draw(kind, rng, held_out=False).template) for _ in range(20))
        if grammar.has_held_out(kind):
            assert is_held_out(grammar.draw(kind, rng, held_out=True).template)


def test_there_are_easy_and_hard_requests_of_all_lengths() -> None:
    """Length tells little: of the easy and of the hard, some are long and some are short."""
    grammar, rng = Grammar.shipped(), random.Random(2)
    examples = [example(grammar, grammar.draw(kind, rng), rng) for kind in grammar.kinds for _ in range(60)]
    for of_difficulty in (
        [e for e in examples if e.difficulty < 0.2],
        [e for e in examples if e.difficulty > 0.55],
    ):
        lengths = sorted(len(e.request.question) for e in of_difficulty)
        assert lengths[len(lengths) // 10] < 80
        assert lengths[-len(lengths) // 10] > 250
    assert min(e.difficulty for e in examples) >= LEAST


def test_requests_come_as_people_send_them() -> None:
    grammar, rng = Grammar.shipped(), random.Random(2)
    requests = [example(grammar, grammar.draw(kind, rng), rng).request for kind in grammar.kinds for _ in range(20)]
    assert any(r.tools for r in requests)
    assert any(len(r.messages) > 3 for r in requests)
    assert any(r.messages[0].role == "system" for r in requests)
    assert any(r.question.islower() for r in requests)
    assert all(r.question for r in requests)
