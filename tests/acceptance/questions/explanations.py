"""Questions for a cause: about every planted event, about quiet weeks, about missing readings.

A period is fair for an event if a person with the data before them would see the event in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.acceptance.questions import periods
from tests.acceptance.questions.case import Case, CauseNamed, DataMissing, NothingUnusual
from tests.acceptance.questions.deck import Deck
from tests.acceptance.questions.periods import Period, SaidPeriod
from tests.acceptance.questions.world import FAULTS, Event, QuietWeek, Utility

LEAST_SHARE = 0.04
"""Of what was used in the period, the part of a fault that nobody would overlook."""


def about_event(deck: Deck, event: Event) -> Case | None:
    """A why-question about the event, or None where no fair one exists."""
    fair = [said for said in _ways_to_say_when(deck, event) if _fair(deck, event, said.period)]
    if not fair:
        return None
    form = deck.random.choice(sorted({said.form for said in fair}))
    said = deck.random.choice([said for said in fair if said.form == form])
    telling = [u for u in event.utilities if _share(deck, event, u, said.period) >= LEAST_SHARE]
    utility = deck.random.choice(telling)
    template = deck.deal(_kinds(event, utility, said))
    also_true = _also_true(deck, event.building, said.period)
    window = _days_of(event).joined(said.period).widened(days=10)
    check = CauseNamed(event.cause, event.words, event.direction, also_true, window)
    return deck.ask(f"why: {event.cause}", template, (event.building,), utility, said, check)


def about_quiet_week(deck: Deck, week: QuietWeek) -> Case:
    monday, sunday = week.start, week.end - timedelta(days=1)
    day = monday + timedelta(days=deck.random.randrange(7))
    said = deck.random.choice(
        [
            periods.say_week(monday, deck.random),
            periods.say_days(monday, sunday, deck.random),
            periods.say_day(day, deck.random),
        ]
    )
    template = deck.deal(("quiet", "quiet_utility"))
    utility = _utility_in_use(deck, week.building, said.period) if "{utility}" in template.text else None
    return deck.ask("quiet", template, (week.building,), utility, said, NothingUnusual())


def about_completeness(deck: Deck) -> Case:
    """Whether readings are missing: half of the time they are."""
    gaps = [e for e in deck.world.truth.events if e.cause == "meter_gap"]
    template = deck.deal(("missing",))
    if gaps and deck.random.random() < 0.5:
        event = deck.random.choice(gaps)
        whole = _days_of(event)
        ways = [said for said in _ways_to_say_when(deck, event) if said.period.contains(whole)]
        said = deck.random.choice(ways)
        return deck.ask("missing", template, (event.building,), event.utilities[0], said, DataMissing(True))
    while True:
        building, said = deck.building(), deck.period()
        utility = deck.utility(building)
        every_reading = (said.period, *said.other_readings)
        if not any(deck.world.missing_share(building, utility, p) for p in every_reading):
            return deck.ask("complete", template, (building,), utility, said, DataMissing(False))


def _ways_to_say_when(deck: Deck, event: Event) -> Iterator[SaidPeriod]:
    """Periods that touch the event, in words: its days, weeks, parts of months and months."""
    whole, random = _days_of(event), deck.random
    first, last = whole.start.date(), (whole.end - timedelta(hours=1)).date()
    yield periods.say_days(first, last, random)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield periods.say_day(day, random)
        yield periods.say_week(day, random)
    for number in sorted(whole.months):
        year = first.year
        yield periods.say_month(year, number, random)
        for nth in (1, 2, 3, 4):
            yield periods.say_nth_week(year, number, nth, random)
        for second in (False, True):
            yield periods.say_half_month(year, number, second, random)
        for part in ("early", "mid", "late"):
            yield periods.say_third_of_month(year, number, part, random)


def _fair(deck: Deck, event: Event, period: Period) -> bool:
    if period.start.year != period.end.year and period.end > datetime(event.start.year + 1, 1, 1):
        return False
    if period.start.year < event.start.year:
        return False
    rivals = [e for e in deck.world.events_in(event.building, period) if e.id != event.id]
    if any(e.cause in FAULTS or event.cause not in FAULTS for e in rivals):
        return False
    whole = _days_of(event)
    shared = whole.overlap_days(period)
    enough = shared >= min(4, period.days) if event.cause in FAULTS else period.contains(whole)
    if event.cause == "holiday" and period.days > 7:
        return False
    return enough and any(_share(deck, event, u, period) >= LEAST_SHARE for u in event.utilities)


def _share(deck: Deck, event: Event, utility: Utility, period: Period) -> float:
    """Excess that falls into the period over what was used or would have been used in it; 0 where the utility
    moved against the event's direction."""
    excess = event.excess.get(utility, 0.0)
    if (excess > 0) != (event.direction == "high"):
        return 0.0
    whole = Period(event.start.replace(tzinfo=None), event.end.replace(tzinfo=None))
    part = excess * whole.overlap_days(period) / whole.days
    used = deck.world.total(event.building, utility, period)
    return abs(part) / max(used, used - part, 1.0)


def _kinds(event: Event, utility: Utility, said: SaidPeriod) -> tuple[str, ...]:
    if event.cause == "meter_gap":
        return ("gap",)
    if event.cause == "holiday":
        return ("why_low", "why_low_day") if said.form == "day" else ("why_low",)
    return ("why_high", "why_high_any", f"{event.cause}.{utility}")


def _also_true(deck: Deck, building: str, period: Period) -> frozenset[str]:
    """Causes that an answer may name besides, because they are true of the period."""
    causes = {e.cause for e in deck.world.events_in(building, period)}
    return frozenset(causes | ({"holiday"} if deck.world.has_holiday(period) else set()))


def _utility_in_use(deck: Deck, building: str, period: Period) -> Utility:
    used = [u for u in deck.world.utilities(building) if deck.world.total(building, u, period) >= 200]
    return deck.random.choice(used)


def _days_of(event: Event) -> Period:
    """The whole days that the event touches."""
    last = (event.end - timedelta(seconds=1)).date()
    return periods.from_days(event.start.date(), last)
