"""Texts drawn from a grammar carry their labels at the right places."""

import random

import pytest

from vestibule.training.tagger.grammar import Grammar

TEXT = """
# a comment
== ticket
Ask {who} in {room}\\nnow.
== who
*3 Mr [P {first} Berg]
[P {first}] of [O {first} Ltd]
== room: Room {d} | Hall {d}
"""


def drawn(number: int, *, held_out: bool = False) -> tuple[str, list[tuple[int, str]]]:
    grammar = Grammar(
        TEXT, {"first": ("Anna", "Tom", "Eve", "Max", "Ida", "Leo", "Zoe", "Kim", "Una")}, {"who"}.__contains__
    )
    text, names = grammar.draw("ticket", random.Random(number), held_out=held_out)
    return text, [(label, text[start:end]) for label, start, end in names]


def test_labels_lie_where_the_names_are() -> None:
    for number in range(50):
        text, names = drawn(number)
        assert text.startswith("Ask ")
        assert text.endswith("\nnow.")
        for label, name in names:
            assert name in text
            assert (label == 3) == name.endswith("Ltd")


def test_the_same_number_gives_the_same_text() -> None:
    assert [drawn(n) for n in range(20)] == [drawn(n) for n in range(20)]


def test_a_rule_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="'ticket' of the grammar asks for 'nobody'"):
        Grammar("== ticket\nAsk {nobody}.", {}, set[str]().__contains__)


def test_brackets_of_the_text_itself_and_headings_are_drawn() -> None:
    grammar = Grammar("# a comment\n== page\n# {word} ⟨{word}⟩ ⦃1⦄", {"word": ("pump",)}, set[str]().__contains__)
    assert grammar.draw("page", random.Random(1)) == ("# pump [pump] {1}", ())
