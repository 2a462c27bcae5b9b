"""Generated texts as numbers: for each word the features it has and what it is part of.

A word form is stored once. Knows no network; what a feature is, `privacy/tagger/features.py` says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vestibule.privacy.tagger.features import SEPARATORS, Lexicon, fold, separator_features
from vestibule.training.tagger.grammar import Labelled
from vestibule.training.tagger.lists import kinds

_WORDS = re.compile(r"\w+")
Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Example:
    """Per word: number of its form, number of the separator before it, type (0 none), whether it begins a name."""

    words: Numbers
    separators: Numbers
    types: Numbers
    begins: Numbers


class Forms:
    """Feature rows of all word forms and separators met; `empty` is the number of the row that adds nothing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.empty = lexicon.rows - 1
        self._words: dict[str, int] = {}
        self._separators: dict[str, int] = {}

    def read(self, labelled: Labelled) -> Example:
        text, names = labelled
        words, separators, types, begins = [], [], [], []
        begun, last = set(), 0
        for match in _WORDS.finditer(text):
            words.append(self._words.setdefault(match.group(), len(self._words)))
            separators.append(self._separators.setdefault(text[last : match.start()], len(self._separators)))
            inside = next((n for n in names if n[1] <= match.start() < n[2]), None)
            types.append(inside[0] if inside else 0)
            begins.append(int(inside is not None and inside not in begun))
            begun.add(inside)
            last = match.end()
        return Example(*(np.array(column, np.int32) for column in (words, separators, types, begins)))

    def word_rows(self, hidden: int, *, numbered: bool = True) -> Numbers:
        """Features of every word form, shape (forms, most features), filled with `empty`; without the kinds of words in
        `hidden`, and without rows of their own unless `numbered`."""
        rows = [self._lexicon.features(word, hidden) for word in self._words]
        if not numbered:
            rows = [row[row[0] < self._lexicon.numbered :] for row in rows]
        return _filled(rows, self.empty)

    def separator_rows(self) -> Numbers:
        return _filled([separator_features(one) for one in self._separators], SEPARATORS)


def _filled(rows: list[list[int]], empty: int) -> Numbers:
    filled = np.full((len(rows), max(map(len, rows))), empty, np.int32)
    for at, row in enumerate(rows):
        filled[at, : len(row)] = row
    return filled


def frequent(texts: Iterable[Labelled], size: int) -> tuple[str, ...]:
    """The most frequent words that are no names: those that get a row of their own."""
    known = kinds(whole=True)
    names = {fold(w) for kind in ("first", "last", "place", "stem") for w in known[kind]}
    usual = {fold(w) for kind in KEPT for w in known[kind]}
    counts = Counter(word for text, _ in texts for word in _plain_words(text) if word in usual or word not in names)
    return tuple(sorted(sorted(counts, key=lambda word: (-counts[word], word))[:size]))


KEPT = ("common", "building", "other", "title", "street", "dwelling", "legal", "trade", "particle", "foreign")


def _plain_words(text: str) -> Iterator[str]:
    return (fold(word) for word in _WORDS.findall(text) if word.isalpha())
