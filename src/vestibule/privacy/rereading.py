"""Find until nothing more is found: what is left of a text, once what was found is taken out, is read again.

A name beside another is sometimes seen only when that other is gone, and the gate, which reads what would leave with
gaps for placeholders, would refuse for it. Knows no placeholder's number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from vestibule.core.sensitivity import Span
from vestibule.privacy.classification import Detector
from vestibule.privacy.policy import Policy

GAP = "⟦⟧"
ROUNDS = 3


def find_all(detector: Detector, policy: Policy) -> Callable[[str], Sequence[Span]]:
    """A function that finds every span of a text under `policy`, for `pseudonymise`: what it replaces leaves a text in
    which the gate finds nothing. Calls the detector twice or more for a text in which there is something."""

    def find(text: str) -> Sequence[Span]:
        found = policy.ruled(detector.detect(text, full=True))
        for _ in range(ROUNDS):
            gaps = [span for span in found if span.rule == "pseudonymise"]
            if not gaps:
                break
            written, stretches = _with_gaps(text, gaps)
            more = policy.ruled(detector.detect(written, full=True))
            new = [part for span in more for part in _parts(span, stretches, text) if not _overlaps(part, found)]
            if not new:
                break
            found = tuple(sorted((*found, *new), key=lambda span: span.start))
        return found

    return find


def _with_gaps(text: str, gaps: Sequence[Span]) -> tuple[str, list[tuple[int, int, int]]]:
    """The text with a gap for each span, and what of it stayed: (start in the result, start in `text`, length)."""
    pieces: list[str] = []
    stretches: list[tuple[int, int, int]] = []
    here = length = 0
    for span in gaps:
        stretches.append((length, here, span.start - here))
        pieces += (text[here : span.start], GAP)
        length += span.start - here + len(GAP)
        here = span.end
    stretches.append((length, here, len(text) - here))
    return "".join((*pieces, text[here:])), stretches


def _parts(span: Span, stretches: Sequence[tuple[int, int, int]], text: str) -> Iterator[Span]:
    """What a span covers besides gaps, in offsets of the text as given."""
    for at, origin, length in stretches:
        start, end = max(span.start, at), min(span.end, at + length)
        if start >= end:
            continue
        words = text[origin + start - at : origin + end - at]
        if any(c.isalnum() for c in words):
            start += len(words) - len(words.lstrip())
            end -= len(words) - len(words.rstrip())
            yield msgspec.structs.replace(span, start=origin + start - at, end=origin + end - at)


def _overlaps(span: Span, found: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in found)
