"""Compare what was found with what was labelled. Pure: knows no detector, no file and no output format.

Scores are span scores in the sense of SemEval-2013 task 9 ("type" matching), with the overlap rule of README.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PARTS = {
    "EMAIL": {"HOST_NAME", "PERSON", "ORGANISATION"},
    "CONNECTION_STRING": {"HOST_NAME", "IP_ADDRESS", "PASSWORD", "API_KEY", "EMAIL"},
    "ADDRESS": {"ROOM"},
}
"""Kinds that are rightly found within a larger label of another kind."""


@dataclass(frozen=True)
class Hit:
    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Label:
    type: str
    start: int
    end: int
    others: tuple[str, ...] = ()
    wide: tuple[int, int] | None = None
    optional: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one text gave. `found` pairs each label with its hit; neutral hits are in none of the three."""

    found: tuple[tuple[Label, Hit], ...]
    missed: tuple[Label, ...]
    false: tuple[Hit, ...]


def compare(labels: Sequence[Label], hits: Sequence[Hit]) -> Outcome:
    """Pair labels and hits one to one, the best overlap first; what is left is missed, false or neutral."""
    must = [label for label in labels if not label.optional]
    candidates = [(i, j) for i, label in enumerate(must) for j, hit in enumerate(hits) if _finds(hit, label)]
    by_label: dict[int, int] = {}
    for i, j in sorted(candidates, key=lambda pair: -_closeness(must[pair[0]], hits[pair[1]])):
        if i not in by_label and j not in by_label.values():
            by_label[i] = j
    return Outcome(
        tuple((must[i], hits[j]) for i, j in sorted(by_label.items())),
        tuple(label for i, label in enumerate(must) if i not in by_label),
        tuple(hit for j, hit in enumerate(hits) if j not in by_label.values() and not _neutral(hit, labels)),
    )


def _finds(hit: Hit, label: Label) -> bool:
    if hit.type != label.type and hit.type not in label.others:
        return False
    shared = _shared(hit, label.start, label.end)
    half_of_label = 2 * shared >= label.end - label.start > 0
    half_of_hit = 2 * shared >= hit.end - hit.start
    within = label.wide is not None and label.wide[0] <= hit.start and hit.end <= label.wide[1]
    return half_of_label and (half_of_hit or within)


def _closeness(label: Label, hit: Hit) -> float:
    shared = _shared(hit, label.start, label.end)
    union = max(hit.end, label.end) - min(hit.start, label.start)
    return shared / union + (1 if hit.type == label.type else 0)


def _shared(hit: Hit, start: int, end: int) -> int:
    return max(0, min(hit.end, end) - max(hit.start, start))


def _neutral(hit: Hit, labels: Iterable[Label]) -> bool:
    for label in labels:
        shared = _shared(hit, label.start, label.end)
        if label.optional and 2 * shared >= hit.end - hit.start:
            return True
        if hit.type in PARTS.get(label.type, ()) and label.start <= hit.start and hit.end <= label.end:
            return True
        if label.wide and label.wide[0] <= hit.start and hit.end <= label.wide[1] and not _touches_any(hit, labels):
            return True
    return False


def _touches_any(hit: Hit, labels: Iterable[Label]) -> bool:
    return any(_shared(hit, label.start, label.end) for label in labels if not label.optional)


@dataclass
class Tally:
    """Counts of one type or of several together."""

    found: int = 0
    exact: int = 0
    missed: int = 0
    false: int = 0
    templates: set[str] = field(default_factory=set)

    @property
    def recall(self) -> float | None:
        return _ratio(self.found, self.found + self.missed)

    @property
    def precision(self) -> float | None:
        return _ratio(self.found, self.found + self.false)

    @property
    def f1(self) -> float | None:
        return _ratio(2 * self.found, 2 * self.found + self.missed + self.false)

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.found + other.found,
            self.exact + other.exact,
            self.missed + other.missed,
            self.false + other.false,
            self.templates | other.templates,
        )


def tally(outcomes: Iterable[tuple[str, Outcome]]) -> dict[str, Tally]:
    """Counts by type, of outcomes with the ids of their templates. A false hit counts against the type it claims."""
    tallies: dict[str, Tally] = {}
    for template, outcome in outcomes:
        for label, hit in outcome.found:
            mine = tallies.setdefault(label.type, Tally())
            mine.found += 1
            mine.exact += (label.start, label.end) == (hit.start, hit.end)
            mine.templates.add(template)
        for label in outcome.missed:
            mine = tallies.setdefault(label.type, Tally())
            mine.missed += 1
            mine.templates.add(template)
        for hit in outcome.false:
            tallies.setdefault(hit.type, Tally()).false += 1
    return tallies


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % score interval of a share (E. B. Wilson, JASA 22, 1927); without trials, everything is possible."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, z * z / trials
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
