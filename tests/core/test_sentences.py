"""Sentences and numbers: what composing and checking agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.sentences import numbers, sentences


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("It rose by 12.5 %. Then it fell.", ["It rose by 12.5 %.", "Then it fell."]),
        ("Use approx. 3 bar. Close the valve.", ["Use approx. 3 bar.", "Close the valve."]),
        ("It was high [1]. It fell. [2] Then nothing.", ["It was high [1].", "It fell. [2]", "Then nothing."]),
        ("- open\n- close\n\nDone", ["- open", "- close", "Done"]),
        ("No. 4 is off. See it.", ["No. 4 is off.", "See it."]),
        ("", []),
    ],
)
def test_sentences(text: str, pieces: list[str]) -> None:
    assert sentences(text) == pieces


@given(st.text(max_size=500))
def test_pieces_are_exact_substrings_in_order(text: str) -> None:
    at = 0
    for piece in sentences(text):
        at = text.index(piece, at) + len(piece)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12,345 kWh", [(12345.0, 0)]),
        ("12,345.6 kWh", [(12345.6, 1)]),
        ("-3.50 %", [(3.5, 2)]),
        ("8–14 July 2025", [(8.0, 0), (14.0, 0), (2025.0, 0)]),
        ("AHU-1 and CH2", []),
        ("1, 2 and 3.", [(1.0, 0), (2.0, 0), (3.0, 0)]),
        ("at 15:00", [(15.0, 0), (0.0, 0)]),
    ],
)
def test_numbers(text: str, found: list[tuple[float, int]]) -> None:
    assert numbers(text) == found
