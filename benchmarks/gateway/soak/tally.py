"""What came of a soak's requests, by kind: answers, refusals that were expected, and whatever else. Knows no text."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.gateway.soak.house import Held

EXAMPLES = 20


@dataclass(frozen=True)
class Latency:
    """Of one answer, in seconds; `at` is when it was over, by the monotonic clock. `first_s` is of streams only."""

    at: float
    total_s: float
    first_s: float | None = None


@dataclass
class Tally:
    """`rows` are the requests that the house must have a row of, `reported` those it said came from the cache."""

    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    latencies: deque[Latency] = field(default_factory=deque)
    held: list[tuple[float, Held]] = field(default_factory=list)
    rows: int = 0
    hits: int = 0

    def note_wrong(self, kind: str, what: str) -> None:
        """`what` may not hold what was asked or answered."""
        self.wrong[kind] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.setdefault(kind, what[:300])


@dataclass(frozen=True)
class Window:
    """The figures of a stretch of the soak."""

    answers: int
    first_token_ms: dict[str, float]
    total_ms: dict[str, float]
    held: dict[str, float]


def window(tally: Tally, begun: float, ended: float) -> Window:
    within = [latency for latency in tally.latencies if begun <= latency.at < ended]
    held = [held for at, held in tally.held if begun <= at < ended]
    return Window(
        len(within),
        _shares(latency.first_s for latency in within),
        _shares(latency.total_s for latency in within),
        {name: median(getattr(h, name) for h in held) for name in Held.__dataclass_fields__} if held else {},
    )


def _shares(seconds: Iterable[float | None]) -> dict[str, float]:
    ordered = sorted(s for s in seconds if s is not None)
    if not ordered:
        return {}
    at = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 90, 99)}
    return {name: round(s * 1000, 1) for name, s in at.items()}


def now() -> float:
    return time.monotonic()
