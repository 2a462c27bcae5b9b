"""Undo the ways of writing the same thing otherwise: compatibility forms, invisible characters, look-alikes.

Every digit and space becomes the ASCII one, every dash a hyphen, every look-alike of a Latin letter that letter. A
superscript or subscript behind a letter is part of a unit or formula (m², CO₂) and stays. Unicode: UAX #15 (NFKC),
UTS #39 (confusables: of Cyrillic and Greek the single letters that are drawn like Latin ones).
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator

import numpy as np

from vestibule.privacy.detection.reading import Reading

_LATIN = "ABCEHIJKMOPSTXYaceijopsxyhldqw" + "ABEZHIKMNOPTYXoviapukx" + "Iiga"
_ALIKE = "АВСЕНІЈКМОРЅТХУасеіјорѕхуһӏԁԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιαρυκχ" + "İıɡɑ"
_SIGNS = dict.fromkeys("‐‑‒–—―−⁃﹘﹣", "-") | {"∕": "/", "⁄": "/", "∶": ":", "。": ".", "º": "°", "\x85": "\n"}
_AS_THEY_ARE = dict(zip("µ…™´¨¯¸", "µ…™´¨¯¸", strict=True))  # what NFKC makes of them says no more
_FOLDED = dict(zip(_ALIKE, _LATIN, strict=True)) | _SIGNS | _AS_THEY_ARE
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MARKS = (("\u0300", "\u036f"), ("\u1ab0", "\u1aff"), ("\u1dc0", "\u1dff"), ("\u20d0", "\u20ff"), ("\ufe20", "\ufe2f"))
_MOST_MARKS = 32
_STAYS = np.zeros(0x10000, np.bool_)  # the UTF-16 code units known to be characters that stay as they are
_STAYS[:128] = True


def normalise(text: str) -> Reading:
    """Text that is ASCII is as it should be, and costs nothing; what is known to stay costs one look-up."""
    if text.isascii():
        return Reading(text)
    resized = []
    folded = text
    for character in _unsettled(text):
        new = _plain(character)
        if _is_script(character) or _is_mark(character) or len(new) != 1:
            resized.append(character)
        elif new != character:
            folded = folded.replace(character, new)
        elif character < "\ud800" or "\udfff" < character <= "\uffff":
            _STAYS[ord(character)] = True
    return Reading(folded, _changes(folded, resized)) if resized else Reading(folded)


def _unsettled(text: str) -> set[str]:
    """The characters of which it is not known that they stay: half a character never is."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    stays = _STAYS.take(units)
    return set() if stays.all() else set(units[~stays].tobytes().decode("utf-16-le", "surrogatepass"))


def _changes(text: str, resized: list[str]) -> Iterator[tuple[int, int, str]]:
    """Replacements for characters that count by what stands before them, or become none or several."""
    done = 0
    for start in sorted(place for character in resized for place in _places(text, character)):
        if start < done:
            continue
        end = start + 1
        if _is_mark(text[start]):
            start = max(start - 1, done)
        while end < len(text) and _is_mark(text[end]):
            end += 1
        cluster = text[start:end]
        new = _plain(cluster[:_MOST_MARKS])
        if new != cluster and not (len(cluster) == 1 and _is_script(cluster) and start and text[start - 1].isalpha()):
            yield start, end, new
            done = end


def _places(text: str, character: str) -> Iterator[int]:
    at = text.find(character)
    while at >= 0:
        yield at
        at = text.find(character, at + 1)


@functools.lru_cache(maxsize=8192)
def _plain(cluster: str) -> str:
    """One character with its marks, as it is meant."""
    if cluster in _FOLDED:
        return _FOLDED[cluster]
    return "".join(_one(c) for c in unicodedata.normalize("NFKC", cluster) if not _is_mark(c))


def _one(character: str) -> str:
    folded = _FOLDED.get(character)
    if folded is not None:
        return folded
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return "\n" if character in "\u2028\u2029" else " "
    selects = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    invisible = selects or character in _BLANK or unicodedata.category(character) == "Cf"
    return "" if invisible else character


@functools.lru_cache(maxsize=8192)
def _is_script(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


def _is_mark(character: str) -> bool:
    return character >= "\u0300" and any(first <= character <= last for first, last in _MARKS)
