"""Every character is one byte, and a class of characters the bytes of its members."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.detection.alphabet import byte_of, encode, written


@given(st.text())
def test_a_text_has_a_byte_for_each_character(text: str) -> None:
    assert list(encode(text)) == [byte_of(character) for character in text]


@pytest.mark.parametrize(("text", "read"), [("aé\xff", b"a\xe9\xff"), ("ế—𝄞𠀀\ud800", b"\xff\x1a\x1a\xff\x1a")])
def test_beyond_latin_1_letters_are_told_from_the_rest(text: str, read: bytes) -> None:
    assert encode(text) == read


@given(st.frozensets(st.integers(0, 255), min_size=1))
def test_a_class_is_written_as_its_members(members: frozenset[int]) -> None:
    pattern = re.compile(written(members).encode("ascii"), re.DOTALL)
    assert {code for code in range(256) if pattern.fullmatch(bytes([code]))} == members
