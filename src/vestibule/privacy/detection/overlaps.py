"""Settle overlaps between spans: the more sensitive stands, then the longer."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

import msgspec

from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.entities import ENTITIES


def level(span: Span) -> PrivacyClass:
    return ENTITIES[span.type].level


def settle(spans: Iterable[Span], text: str) -> tuple[Span, ...]:
    """Spans apart from each other, in order. Of one that loses only a part, the rest stands as long as the winner does
    not keep the whole text at home: it is as private as before."""
    ranked = sorted(spans, key=lambda s: (-level(s), s.start - s.end, s.start, -s.score, s.recognizer))
    kept: list[Span] = []
    starts: list[int] = []
    for span in ranked:
        for rest in _uncovered(span, kept, starts, text):
            at = bisect.bisect(starts, rest.start)
            starts.insert(at, rest.start)
            kept.insert(at, rest)
    return tuple(kept)


def _uncovered(span: Span, kept: list[Span], starts: list[int], text: str) -> list[Span]:
    first = bisect.bisect(starts, span.start)
    if first and kept[first - 1].end > span.start:
        first -= 1
    last = bisect.bisect_left(starts, span.end)
    over = kept[first:last]
    if not over:
        return [span]
    if any(winner.rule == "block" for winner in over):
        return []
    edges = [span.start, *(edge for winner in over for edge in (winner.start, winner.end)), span.end]
    return [rest for a, b in zip(edges[::2], edges[1::2], strict=True) if (rest := _trimmed(span, a, b, text))]


def _trimmed(span: Span, start: int, end: int, text: str) -> Span | None:
    """The words in text[start:end] as a span, None where there is none."""
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return msgspec.structs.replace(span, start=start, end=end) if start < end else None
