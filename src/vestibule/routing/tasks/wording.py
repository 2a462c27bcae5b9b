"""Finds phrases of several languages in a text, all of them at once (Aho and Corasick, 1975): about 10 us for a
question, however many there are. Knows not what they mean.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, MatchKind

BEGINNING, ENDING = 800, 400
"""Characters of a long text that are read: what is asked stands before or behind what it is about."""

_SEPARATORS = {
    code: " "
    for code in range(0x3000)
    if not (chr(code).isalnum() or chr(code) == "`" or unicodedata.category(chr(code)).startswith("M"))
}


class Wording:
    """A phrase is whole words in small letters, but where a `*` before or behind it says that a word goes on."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = AhoCorasick([_bounded(phrase) for phrase in phrases], matchkind=MatchKind.Standard)

    def found(self, text: str) -> set[int]:
        """The numbers of the phrases that are in the text, in the order they were given."""
        return {found[0] for found in self._automaton.find_matches_as_indexes(normalised(text), overlapping=True)}


def ends_of(text: str) -> str:
    """The beginning and the end of a long text."""
    return text if len(text) <= BEGINNING + ENDING else f"{text[:BEGINNING]} {text[-ENDING:]}"


def normalised(text: str) -> str:
    """What of a text is looked at: small letters, single words between spaces."""
    text = ends_of(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return f" {' '.join(text.lower().translate(_SEPARATORS).split())} "


def _bounded(phrase: str) -> str:
    begins = phrase[1:] if phrase.startswith("*") else f" {phrase}"
    return begins[:-1] if phrase.endswith("*") else f"{begins} "
