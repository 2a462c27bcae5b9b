"""What the tagger sees of a word and of what stands between two words: numbered features, rows of two tables.

Pure functions of the word form, so that whoever asks may remember them. Knows no network and no entity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from zlib import crc32

SHAPES = 128
KNOWLEDGE = 1024
PIECES = 8192
SEPARATORS = 512

KINDS = (
    "first", "last", "place", "stem", "common", "building", "other",
    "title", "street", "dwelling", "legal", "trade", "particle", "foreign",
)  # fmt: skip
"""What the lexicon may know of a word, in the order of the bits."""
NAME_BITS = 0b1111
ALL_BITS = (1 << len(KINDS)) - 1
EVERYDAY_BITS = sum(1 << KINDS.index(kind) for kind in ("common", "foreign", "particle"))
PLACE_BITS = NAME_BITS | 1 << KINDS.index("street") | 1 << KINDS.index("dwelling")
PLAIN_BITS = 1 << KINDS.index("building") | 1 << KINDS.index("other")

_UNDECOMPOSED = str.maketrans({"ß": "ss", "đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})
_STREETS = ("straße", "strasse", "str", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer", "straat", "gatan")
_RUN = re.compile(r"(.)\1+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")


def fold(word: str) -> str:
    """Lower case without accents: "Nguyễn" is "nguyen", "Müller" is "muller"."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    bare = unicodedata.normalize("NFD", lowered.translate(_UNDECOMPOSED))
    return "".join(c for c in bare if not unicodedata.combining(c))


class Lexicon:
    """Which kinds each known word is of, as bits, and the number of each word that has a row of its own."""

    def __init__(self, kinds: Mapping[str, Sequence[str]], numbered: Sequence[str]) -> None:
        bits: dict[str, int] = {}
        for place, kind in enumerate(KINDS):
            for word in kinds.get(kind, ()):
                key = fold(word)
                bits[key] = bits.get(key, 0) | 1 << place
        self._bits = bits
        self._numbers = {word: n for n, word in enumerate(numbered)}
        self.numbered = len(self._numbers)
        self._first_piece = self.numbered + SHAPES + len(KINDS) + 1 + KNOWLEDGE
        self._combinations: dict[tuple[int, str, bool], tuple[int, ...]] = {}

    @property
    def rows(self) -> int:
        """Number of rows in the table of words; the last one is empty."""
        return self._first_piece + PIECES + 1

    def bits(self, word: str) -> int:
        return self._bits.get(fold(word), 0)

    def is_plain(self, word: str) -> bool:
        """Whether a word names nobody: it belongs to buildings, time, units or standards, has the shape of a point's
        name or of a code, or is an everyday word in lower case that is no name."""
        bits = self.bits(word)
        if bits & PLAIN_BITS:
            return True
        if not word.isalpha() or (word.islower() and bits & EVERYDAY_BITS and not bits & NAME_BITS):
            return True
        if word.istitle():
            return False
        parts = _CAMEL.findall(word)
        return len(parts) > 1 and all(self.bits(part) & PLAIN_BITS for part in parts)

    def is_code(self, word: str) -> bool:
        """Whether a word is in capitals and no list of names knows it: "ACFREQ"."""
        return word.isupper() and not self.bits(word) & NAME_BITS

    def is_place(self, word: str) -> bool:
        """Whether a word may stand in an address for more than a number: a kind of street or dwelling, or a name."""
        if not word.isalpha() or len(word) < 2:
            return False
        return bool(self.bits(word) & PLACE_BITS) or word.istitle() or fold(word).endswith(_STREETS)

    def features(self, word: str, hidden: int = 0) -> list[int]:
        """Rows of the table of words whose sum is the word. `hidden` bits are passed over, as if the word were new."""
        key = fold(word)
        number = self._numbers.get(key)
        found = [] if number is None else [number]
        found += self._known(self._bits.get(key, 0) & ~hidden, shape(word), key.endswith(_STREETS) and len(key) > 6)
        if not key.isdigit():
            found += _pieces(key.encode(), self._first_piece)
        return found

    def _known(self, bits: int, form: str, is_street: bool) -> tuple[int, ...]:
        """Rows of the shape, of each kind, and of kinds and shape together: few combinations, hence remembered."""
        asked = bits, form, is_street
        rows = self._combinations.get(asked)
        if rows is None:
            at = self.numbered + SHAPES
            each = [at + place for place in range(len(KINDS)) if bits >> place & 1]
            street = [at + len(KINDS)] if is_street else []
            both = at + len(KINDS) + 1 + crc32(f"{bits} {form[:4]}".encode()) % KNOWLEDGE
            rows = (self.numbered + crc32(form.encode()) % SHAPES, *each, *street, both)
            self._combinations[asked] = rows
        return rows


def _pieces(key: bytes, at: int) -> list[int]:
    """Rows of the beginning, the endings and the first trigrams of a word."""
    rows = [
        at + crc32(key[:3], 1) % PIECES,
        at + crc32(key[-2:], 2) % PIECES,
        at + crc32(key[-3:], 2) % PIECES,
        at + crc32(key[-4:], 2) % PIECES,
    ]
    for n in range(1, min(len(key) - 3, 4)):
        rows.append(at + crc32(key[n : n + 3], 3) % PIECES)
    return rows


def shape(word: str) -> str:
    """Digits keep their number up to six, letters only their case: "AHU1" is "AA9", "Berg" is "Aa", "B" is "A"."""
    if word.isalpha():
        if word.islower():
            return "a"
        if word.istitle():
            return "Aa" if len(word) > 1 else "A"
        if word.isupper():
            return "AA"
    elif word.isdigit():
        return "999999"[: len(word)]
    classes = "".join("9" if c.isdigit() else "_" if c == "_" else "A" if c.isupper() else "a" for c in word)
    return _RUN.sub(r"\1\1" if len(word) < 4 else r"\1", classes)[:8]


def separator_features(separator: str) -> list[int]:
    """Rows of the table of separators: the whole, how it begins and ends, and whether a paragraph ends in it."""
    signs = "".join(separator.split())
    whole = ("\n" if "\n" in separator else "") + (" " if " " in separator else "") + signs[:4]
    found = [f"={whole}", f"<{separator[:1]}", f"{separator[-1:]}>"]
    if separator.count("\n") > 1:
        found.append("paragraph")
    return [crc32(one.encode()) % SEPARATORS for one in found]
