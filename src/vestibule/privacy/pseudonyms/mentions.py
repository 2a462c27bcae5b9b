"""Find every mention of what is already known, whether or not a detector saw it there.

Case, the kind and the amount of white space do not count; a mention ends where a word ends, or before a genitive "s".
Knows no placeholder.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

# Characters that case folding makes several of.
_EXPANDING = "".join(chr(c) for c in range(0x80, 0x20000) if len(chr(c).casefold()) != 1)
_EXPANDS = re.compile(f"[{_EXPANDING}]")
_UNEVEN = re.compile(f"   *|[{_EXPANDING}]")
_SPACE_RUN = re.compile("   *")
_SPACES = "\t\n\v\f\r"
_WIDER_SPACES = "\x85\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"


class Mention(NamedTuple):
    start: int
    end: int
    label: str


class Folded:
    """A text with case and white space evened out, and the way back to offsets in the text as given."""

    def __init__(self, text: str) -> None:
        self._ends: list[int] = []  # where an uneven stretch ends in the folded text,
        self._shifts: list[int] = []  # and how much further on the same place is in the text
        spaced = _evenly_spaced(text)
        pattern = _SPACE_RUN if text.isascii() or not _EXPANDS.search(text) else _UNEVEN
        parts: list[str] = []
        done = length = 0
        for match in pattern.finditer(spaced):
            before = spaced[done : match.start()]
            stretch = " " if match.group()[0] == " " else match.group().casefold()
            done = match.end()
            length += len(before) + len(stretch)
            parts += [before, stretch]
            self._ends.append(length)
            self._shifts.append(done - length)
        self.text = ("".join([*parts, spaced[done:]]) if parts else spaced).casefold()

    def offset(self, folded: int) -> int:
        """The place in the text as given that stands at `folded` in the folded one."""
        at = bisect_right(self._ends, folded)
        return folded + self._shifts[at - 1] if at else folded


def _evenly_spaced(text: str) -> str:
    for character in _SPACES if text.isascii() else _SPACES + _WIDER_SPACES:  # `translate` takes twenty times as long
        text = text.replace(character, " ")
    return text


def fold(original: str) -> str:
    """What two ways to write the same original have in common."""
    return " ".join(unicodedata.normalize("NFKC", original).casefold().split())


class Mentions:
    """`known` maps what is looked for, folded, to what it is called."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._patterns = list(known)
        self._labels = list(known.values())
        self._automaton = AhoCorasick(self._patterns) if known else None

    def find(self, folded: Folded) -> Iterator[Mention]:
        """Yield every mention, overlapping ones too, in no particular order."""
        if self._automaton is None:
            return
        text = folded.text
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if _begins_word(text, start) and _ends_word(text, end):
                yield Mention(folded.offset(start), folded.offset(end), self._labels[index])


def _begins_word(text: str, start: int) -> bool:
    return start == 0 or not (_is_word(text[start]) and _is_word(text[start - 1]))


def _ends_word(text: str, end: int) -> bool:
    if not _is_word(text[end - 1]):
        return True
    rest = text[end : end + 2]
    return not rest or not _is_word(rest[0]) or (rest[0] == "s" and (len(rest) == 1 or not _is_word(rest[1])))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
