"""Which words are one name."""

import re

import pytest

from vestibule.privacy.tagger.decoding import ADDRESS, ORGANISATION, PERSON, Found, groups


def names(text: str, *found: Found) -> list[tuple[int, str]]:
    pieces = re.split(r"(\w+)", text)
    return [
        (kind, "".join(pieces[2 * first + 1 : 2 * last + 2])) for kind, first, last, _ in groups(list(found), pieces)
    ]


def test_neighbours_of_one_type_are_one_name() -> None:
    found = names("ask Anna Maria Berg now", (1, PERSON, True, 1.0), (2, PERSON, False, 0.7), (3, PERSON, False, 0.9))
    assert found == [(PERSON, "Anna Maria Berg")]


def test_a_beginning_and_another_type_end_a_name() -> None:
    found = names(
        "Anna Tom Acme Ltd", (0, PERSON, True, 1.0), (1, PERSON, True, 1.0), (2, ORGANISATION, True, 1.0),
        (3, ORGANISATION, False, 1.0),
    )  # fmt: skip
    assert found == [(PERSON, "Anna"), (PERSON, "Tom"), (ORGANISATION, "Acme Ltd")]


def test_a_word_between_ends_a_name() -> None:
    assert names("Anna and Berg", (0, PERSON, True, 1.0), (2, PERSON, False, 1.0)) == [
        (PERSON, "Anna"),
        (PERSON, "Berg"),
    ]


@pytest.mark.parametrize("between", ["\n", "; ", " | ", ": ", " (", "\t", '" '])
def test_no_person_reaches_over_a_hard_separator(between: str) -> None:
    assert len(names(f"Anna{between}Berg", (0, PERSON, True, 1.0), (1, PERSON, False, 1.0))) == 2


@pytest.mark.parametrize("between", [" ", "-", "'", ". ", ", "])
def test_a_person_may_have_initials_hyphens_and_apostrophes(between: str) -> None:
    assert len(names(f"O{between}Brien", (0, PERSON, True, 1.0), (1, PERSON, False, 1.0))) == 1


def test_an_address_goes_on_in_the_next_line_and_not_in_the_next_paragraph() -> None:
    words: list[Found] = [(n, ADDRESS, n == 0, 0.8) for n in range(4)]
    assert names("5 High\nStreet Hull", *words) == [(ADDRESS, "5 High\nStreet Hull")]
    assert len(names("5 High\n\nStreet Hull", *words)) == 2
    assert len(names("5 High.\nStreet Hull", *words)) == 2


def test_a_name_is_as_certain_as_its_least_certain_word() -> None:
    pieces = re.split(r"(\w+)", "Anna Berg")
    assert groups([(0, PERSON, True, 0.9), (1, PERSON, False, 0.6)], pieces) == [(PERSON, 0, 1, 0.6)]
