"""What the tagger sees of a word and of what stands between two words: numbered features, rows of two tables.

Pure functions of the word form, so that whoever asks may remember them. Knows no network and no entity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from zlib import crc32

SHAPES = 128
KNOWLEDGE = 1024
PIECES = 8192
SEPARATORS = 512
REMEMBERED = 20_000

KINDS = (
    "first", "last", "place", "stem", "common", "building", "other",
    "title", "street", "dwelling", "legal", "trade", "particle", "foreign",
)  # fmt: skip
"""What the lexicon may know of a word, in the order of the bits."""
NAME_BITS = 0b1111
PEOPLE_BITS, TOWN_BIT = 0b11, 0b100
ALL_BITS = (1 << len(KINDS)) - 1
EVERYDAY_BITS = sum(1 << KINDS.index(kind) for kind in ("common", "foreign", "particle"))
PLACE_BITS = NAME_BITS | 1 << KINDS.index("street")
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
        spelt: dict[str, int] = {}
        for place, kind in enumerate(KINDS):
            for word in kinds.get(kind, ()):
                key = fold(word)
                bits[key] = bits.get(key, 0) | 1 << place
                if key != word:
                    spelt[word] = spelt.get(word, 0) | 1 << place
        self._bits, self._spelt = bits, spelt
        self.bits = lru_cache(REMEMBERED)(self._look_up)
        self._numbers = {word: n for n, word in enumerate(numbered)}
        self.numbered = len(self._numbers)
        self._first_piece = self.numbered + SHAPES + len(KINDS) + 1 + KNOWLEDGE
        self._combinations: dict[tuple[int, str, bool], tuple[int, ...]] = {}

    @property
    def rows(self) -> int:
        """Number of rows in the table of words; the last one is empty."""
        return self._first_piece + PIECES + 1

    def _look_up(self, word: str) -> int:
        """Kinds of a word. As it is spelt, if that has accents and is known: "tuần" is a week though "Tuấn" is a name;
        in lower case an everyday word is no name."""
        lowered = word.lower()
        if lowered.isascii():
            return self._bits.get(lowered, 0)
        spelt = self._spelt.get(lowered)
        if spelt is None:
            return self._bits.get(fold(word), 0)
        return spelt & ~NAME_BITS if spelt & EVERYDAY_BITS and word == lowered else spelt

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
        return len(parts) > 1 and not self.is_particle(parts[0]) and all(map(self._is_known_part, parts))

    def _is_known_part(self, part: str) -> bool:
        """Whether a part of "ToolCall" or "SupplyAirTemp" is a word of buildings or of every day, or a short code."""
        bits = self.bits(part)
        return bool(bits & (PLAIN_BITS | EVERYDAY_BITS)) or (part.isupper() and len(part) < 5)

    def is_code(self, word: str) -> bool:
        """Whether a word is in capitals and no list of names knows it: "ACFREQ"."""
        return word.isupper() and not self.bits(word) & NAME_BITS

    def is_everyday(self, word: str) -> bool:
        """Whether a word is one of everyday language and no name, however it is written: "Wartung", "pago"."""
        bits = self.bits(word)
        return bool(bits & EVERYDAY_BITS) and not bits & NAME_BITS

    def is_name(self, word: str) -> bool:
        """Whether a word is a given or a family name and no everyday word."""
        bits = self.bits(word)
        return bool(bits & PEOPLE_BITS) and not bits & (EVERYDAY_BITS | PLAIN_BITS)

    def is_given(self, word: str) -> bool:
        return bool(self.bits(word) & 1 << KINDS.index("first"))

    def is_town(self, word: str) -> bool:
        """Whether a word is a place and nobody's name."""
        return bool(self.bits(word) & TOWN_BIT) and not self.bits(word) & PEOPLE_BITS

    def is_particle(self, word: str) -> bool:
        return bool(self.bits(word) & 1 << KINDS.index("particle"))

    def is_street(self, word: str) -> bool:
        """Whether a word is a kind of street, or ends in one; "str" is a type of programs."""
        return word != "str" and bool(self.bits(word) & 1 << KINDS.index("street") or fold(word).endswith(_STREETS))

    def is_place(self, word: str) -> bool:
        """Whether a word may stand in an address for more than a number: a kind of street, a postal box, a name, or a
        word with a capital that is known for nothing else."""
        if not word.isalpha() or len(word) < 2 or word == "str":
            return False
        bits = self.bits(word)
        if bits & PLACE_BITS or fold(word).endswith((*_STREETS, "box", "postfach")):
            return True
        return word.istitle() and not bits & (EVERYDAY_BITS | PLAIN_BITS)

    def features(self, word: str, hidden: int = 0) -> list[int]:
        """Rows of the table of words whose sum is the word. `hidden` bits are passed over, as if the word were new."""
        key = fold(word)
        number = self._numbers.get(key)
        found = [] if number is None else [number]
        found += self._known(self.bits(word) & ~hidden, shape(word), key.endswith(_STREETS) and len(key) > 6)
        if not key.isdigit():
            found += _pieces(key.encode(), self._first_piece)
            if not word.isascii():
                found.append(self._first_piece + crc32(word.lower().encode(), 4) % PIECES)
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
