"""What a recognizer is: a pattern, an optional validator, and what finding it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vestibule.core.sensitivity import EgressRule, PrivacyClass, Span


def _always(match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Recognizer:
    """`examples` hold exactly one span each, marked by what must be found; `counter_examples` hold none."""

    type: str
    level: PrivacyClass
    rule: EgressRule
    pattern: re.Pattern[str]
    examples: tuple[tuple[str, str], ...]
    counter_examples: tuple[str, ...]
    score: float = 0.9
    valid: Callable[[re.Match[str]], bool] = _always

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
        """Yield spans of matches that lie in text[start:end]; what stands before `start` is still seen as context. The
        group named `value` is the span where the pattern has one."""
        group: int | str = "value" if "value" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text, start, len(text) if end is None else end):
            if self.valid(match):
                yield Span(self.type, match.start(group), match.end(group), self.score, self.type.lower(), self.rule)
