"""What the rules of periods share: a reading under way, and what a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from vestibule.buildings.reading.calendar import Calendar, Span

LETTER = {"day": "d", "week": "w", "month": "m", "quarter": "q", "season": "s", "year": "y", "holiday": "h",
           "range": "r", "hours": "n"}  # fmt: skip


@dataclass
class Scratch:
    """One reading under way: the spans found so far, and the year that the text names if it names just one.
    `reference` is what is compared with; `anchor` the period of the turn before, which "the week before" may mean."""

    calendar: Calendar
    year: int | None
    spans: list[Span] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    reference: Span | None = None
    anchor: Span | None = None

    def put(self, span: Span) -> str:
        self.spans.append(span)
        return f"@{LETTER[span.grain]}{len(self.spans) - 1}"

    def at(self, index: str) -> Span:
        return self.spans[int(index)]

    def latest(self, build: Callable[[int], Span], year: str | None = None) -> Span:
        return self.calendar.latest(build, int(year) if year else self.year)


Builder = Callable[[re.Match[str], Scratch], Span | str]


@dataclass(frozen=True)
class Rule:
    """What to look for in canonical words, and what it means: a span, or other words."""

    pattern: re.Pattern[str]
    build: Builder
