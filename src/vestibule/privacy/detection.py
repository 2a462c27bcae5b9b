"""Run every recognizer over a text. Fails closed: what goes wrong here is the caller's cue to say "restricted"."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.recognizers import BUILT_IN, Recognizer

WINDOW = 8192
OVERLAP = 512


class Detector:
    """Finds spans; where two overlap the more sensitive one stands, then the longer."""

    def __init__(self, recognizers: Sequence[Recognizer] = BUILT_IN) -> None:
        self._recognizers = tuple(recognizers)
        self._levels = {r.type: r.level for r in self._recognizers}

    def level(self, span: Span) -> PrivacyClass:
        return self._levels[span.type]

    def detect(self, text: str) -> tuple[Span, ...]:
        found = {span for recognizer in self._recognizers for span in _windowed(recognizer, text)}
        ranked = sorted(found, key=lambda s: (-self.level(s), s.start - s.end, s.start))
        starts: list[int] = []
        kept: list[Span] = []
        for span in ranked:
            at = bisect.bisect(starts, span.start)
            clear_before = at == 0 or kept[at - 1].end <= span.start
            clear_after = at == len(kept) or kept[at].start >= span.end
            if clear_before and clear_after:
                starts.insert(at, span.start)
                kept.insert(at, span)
        return tuple(kept)


def _windowed(recognizer: Recognizer, text: str) -> Iterator[Span]:
    """Search in stretches, so that no single call into the matcher keeps the interpreter for more than milliseconds.
    A span that a stretch cuts off is found whole from the next one, and the longer of the two stands."""
    for start in range(0, max(len(text), 1), WINDOW):
        yield from recognizer.find(text, max(0, start - OVERLAP), start + WINDOW)
