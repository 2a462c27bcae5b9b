"""Run every recognizer over a text. Fails closed: what goes wrong here is the caller's cue to say "restricted"."""

from __future__ import annotations

from collections.abc import Sequence

from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.recognizers import BUILT_IN, Recognizer


class Detector:
    """Finds spans; where two overlap the more sensitive one stands, then the longer."""

    def __init__(self, recognizers: Sequence[Recognizer] = BUILT_IN) -> None:
        self._recognizers = tuple(recognizers)
        self._levels = {r.type: r.level for r in self._recognizers}

    def level(self, span: Span) -> PrivacyClass:
        return self._levels[span.type]

    def detect(self, text: str) -> tuple[Span, ...]:
        found = [span for recognizer in self._recognizers for span in recognizer.find(text)]
        found.sort(key=lambda s: (-self.level(s), s.start - s.end, s.start))
        kept: list[Span] = []
        for span in found:
            if all(span.end <= other.start or span.start >= other.end for other in kept):
                kept.append(span)
        return tuple(sorted(kept, key=lambda s: s.start))
