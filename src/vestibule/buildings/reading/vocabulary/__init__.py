"""The languages a question may be asked in, as tables, and the one function that reads them: `canonical`.

A language is one file with `PHRASES`; add it to `_LANGUAGES`. Knows no grammar.
"""

from __future__ import annotations

from collections.abc import Sequence

from vestibule.buildings.reading.vocabulary import english, german
from vestibule.buildings.reading.vocabulary.english import MONTHS, WEEKDAYS
from vestibule.buildings.reading.vocabulary.ordinary import ORDINARY
from vestibule.buildings.reading.words import is_within

__all__ = ["KNOWN", "MONTHS", "WEEKDAYS", "canonical"]

_LANGUAGES = (german.PHRASES, english.PHRASES)
_PHRASES = {tuple(phrase.split()): tuple(meaning.split()) for table in _LANGUAGES for phrase, meaning in table.items()}
_LONGEST: dict[str, int] = {}
for _phrase in _PHRASES:
    _LONGEST[_phrase[0]] = max(len(_phrase), _LONGEST.get(_phrase[0], 0))

KNOWN = frozenset(
    word for phrase, meaning in _PHRASES.items() for word in (*phrase, *meaning)
) | ORDINARY.union(MONTHS, WEEKDAYS)  # fmt: skip
_CORRECTABLE: dict[str, list[str]] = {}
for _word in sorted(KNOWN):
    if len(_word) >= 6:
        _CORRECTABLE.setdefault(_word[0], []).append(_word)


def canonical(words: Sequence[str]) -> list[str]:
    """Translate words of any known language into those of the grammar, the longest phrase first, typos mended."""
    spelt = [_correct(word) for word in words]
    meant: list[str] = []
    at = 0
    while at < len(spelt):
        for length in range(_LONGEST.get(spelt[at], 0), 0, -1):
            meaning = _PHRASES.get(tuple(spelt[at : at + length]))
            if meaning is not None:
                meant += meaning
                at += length
                break
        else:
            meant.append(spelt[at])
            at += 1
    return meant


def _correct(word: str) -> str:
    if len(word) < 6 or word in KNOWN or not word.isalpha():
        return word
    slips = 2 if len(word) >= 9 else 1
    near = (known for known in _CORRECTABLE.get(word[0], ()) if abs(len(known) - len(word)) <= slips)
    return next((known for known in near if is_within(word, known, slips)), word)
