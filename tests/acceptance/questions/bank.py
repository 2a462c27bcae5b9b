"""Draw questions about a generated world: the same seed draws the same questions.

Each planted event is asked about at least once where the count allows; the rest is spread over the other kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random

from tests.acceptance.questions import explanations, quantities
from tests.acceptance.questions.case import Case
from tests.acceptance.questions.deck import Deck
from tests.acceptance.questions.world import load

WHY_SHARE = (0.3, 0.45)
"""Least and greatest part of why-questions about events; within it, one for each event."""
SHARES = {"quiet": 22, "total": 20, "cost": 9, "two buildings": 10, "two periods": 8, "per m²": 6, "ranking": 9}
SHARES |= {"peak": 10, "two buildings per m²": 4, "missing": 8}


def draw(demo_folder: Path, *, seed: int, count: int) -> list[Case]:
    """Draw `count` different questions with what a right answer must hold; a pure function of the files and `seed`."""
    deck = Deck(load(demo_folder), Random(f"questions {seed}"))
    events = len(deck.world.truth.events)
    whys = round(min(max(WHY_SHARE[0] * count, events), WHY_SHARE[1] * count))
    cases = [*_take(_about_events(deck), whys)]
    for kind, number in _apportion(count - whys).items():
        cases += _take(_drawn(deck, kind), number)
    deck.random.shuffle(cases)
    return [replace(case, id=f"q{i:03}") for i, case in enumerate(cases, 1)]


def _take(source: Iterator[Case | None], count: int) -> Iterator[Case]:
    """`count` cases that ask different questions."""
    asked: set[str] = set()
    for _ in range(50 * count):
        if len(asked) == count:
            return
        case = next(source, None)
        if case is not None and case.question not in asked:
            asked.add(case.question)
            yield case


def _about_events(deck: Deck) -> Iterator[Case | None]:
    events = deck.world.truth.events
    for event in cycle(deck.random.sample(events, len(events))):
        yield explanations.about_event(deck, event)


def _drawn(deck: Deck, kind: str) -> Iterator[Case]:
    weeks = deck.world.truth.quiet_weeks
    ask: dict[str, Callable[[], Case]] = {
        "quiet": lambda: explanations.about_quiet_week(deck, deck.random.choice(weeks)),
        "missing": lambda: explanations.about_completeness(deck),
        "total": lambda: quantities.total(deck),
        "cost": lambda: quantities.cost(deck),
        "two buildings": lambda: quantities.two_buildings(deck),
        "two buildings per m²": lambda: quantities.two_buildings_per_area(deck),
        "two periods": lambda: quantities.two_periods(deck),
        "per m²": lambda: quantities.per_area(deck),
        "ranking": lambda: quantities.ranking(deck),
        "peak": lambda: quantities.peak(deck),
    }
    while True:
        yield ask[kind]()


def _apportion(count: int) -> dict[str, int]:
    """Whole numbers that add up to `count`, by largest remainder."""
    whole = sum(SHARES.values())
    exact = {kind: share * count / whole for kind, share in SHARES.items()}
    numbers = {kind: int(value) for kind, value in exact.items()}
    rest = sorted(exact, key=lambda kind: numbers[kind] - exact[kind])[: count - sum(numbers.values())]
    return {kind: number + (kind in rest) for kind, number in numbers.items()}
