"""Precision, recall and F1 of a tagger on labelled texts, by type. Knows no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from vestibule.privacy.tagger import Tagger
from vestibule.privacy.tagger.tagger import TYPES
from vestibule.training.tagger.grammar import Labelled


class Score(NamedTuple):
    precision: float
    recall: float
    f1: float
    names: int


def evaluate(tagger: Tagger, texts: Iterable[Labelled], *, exact: bool = True) -> dict[str, Score]:
    """A name is found if a span of its type has its very bounds, or, where not `exact`, shares a character with it."""
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for text, names in texts:
        truth = [(TYPES[label], start, end) for label, start, end in names]
        spans = [(span.type, span.start, span.end) for span in tagger.tag(text)]
        for one in spans:
            found[one[0]] += 1
            right[one[0]] += any(_same(one, other, exact) for other in truth)
        for one in truth:
            wanted[one[0]] += 1
            met[one[0]] += any(_same(one, other, exact) for other in spans)
    return {kind: _score(right[kind], found[kind], met[kind], wanted[kind]) for kind in TYPES[1:]}


def _same(one: tuple[str, int, int], other: tuple[str, int, int], exact: bool) -> bool:
    if one[0] != other[0]:
        return False
    if not exact:
        return one[1] < other[2] and other[1] < one[2]
    return one[1] == other[1] and 0 <= abs(one[2] - other[2]) <= 1


def _score(right: int, found: int, met: int, wanted: int) -> Score:
    precision, recall = right / max(found, 1), met / max(wanted, 1)
    return Score(precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), wanted)
