"""Questions for figures: totals, costs, comparisons, per m², rankings, peaks."""

from __future__ import annotations

from collections import defaultdict

from tests.acceptance.questions.case import Case, Figure, NamedFirst, Peak, Subject, TwoFigures
from tests.acceptance.questions.deck import Deck, subject, unit_of
from tests.acceptance.questions.periods import Period, SaidPeriod
from tests.acceptance.questions.world import Utility

LEAST_USE = 200.0
"""In the meter's unit: smaller totals are not worth a question."""
CLEAR_MARGIN = 0.02
"""Two values closer than this part of the greater are not asked to be told apart."""
HARDLY_MISSING = 0.001


def total(deck: Deck) -> Case:
    building, utility, said = _pick(deck, complete=False)
    values = tuple(deck.world.total(building, utility, p) for p in (said.period, *said.other_readings))
    missing = deck.world.missing_share(building, utility, said.period) > 0.02
    check = Figure(values, unit_of(utility), missing)
    return deck.ask("total", deck.deal(("total",)), (building,), utility, said, check)


def cost(deck: Deck) -> Case:
    building, utility, said = _pick(deck)
    price = deck.world.price(building, utility)
    values = tuple(deck.world.total(building, utility, p) * price for p in (said.period, *said.other_readings))
    return deck.ask("cost", deck.deal(("cost",)), (building,), utility, said, Figure(values, "EUR"))


def per_area(deck: Deck) -> Case:
    building, utility, said = _pick(deck, exact=True)
    value = deck.world.total(building, utility, said.period) / deck.world.building(building).floor_area_m2
    if value < 0.5:
        return per_area(deck)
    check = Figure((value,), f"{unit_of(utility)}/m²")
    return deck.ask("per m²", deck.deal(("per_area",)), (building,), utility, said, check)


def two_buildings(deck: Deck) -> Case:
    return _two_buildings(deck, per_m2=False)


def two_buildings_per_area(deck: Deck) -> Case:
    return _two_buildings(deck, per_m2=True)


def _two_buildings(deck: Deck, per_m2: bool) -> Case:
    building, utility, said = _pick(deck, exact=True)
    other = deck.building(utility)
    values = tuple(_value(deck, b, utility, said.period, per_m2) for b in (building, other))
    unusable = other == building or not _complete(deck, other, utility, said.period)
    if unusable or min(values) < (0.5 if per_m2 else LEAST_USE) or _close(values[0], values[1]):
        return _two_buildings(deck, per_m2)
    subjects = [subject(deck.world.building(b)) for b in (building, other)]
    more, less = subjects if values[0] > values[1] else reversed(subjects)
    unit = f"{unit_of(utility)}/m²" if per_m2 else unit_of(utility)
    check = TwoFigures((values[0], values[1]), unit, more, less)
    template = deck.deal(("two_buildings_per_area" if per_m2 else "two_buildings",))
    kind = "two buildings per m²" if per_m2 else "two buildings"
    return deck.ask(kind, template, (building, other), utility, said, check)


def two_periods(deck: Deck) -> Case:
    """Two months, the earlier first."""
    building = deck.building()
    utility = deck.utility(building)
    said = sorted((deck.month(), deck.month()), key=lambda s: s.period.start)
    values = tuple(deck.world.total(building, utility, s.period) for s in said)
    complete = all(_complete(deck, building, utility, s.period) for s in said)
    if not complete or min(values) < LEAST_USE or _close(values[0], values[1]):
        return two_periods(deck)
    earlier, later = (_named_month(s) for s in said)
    more, less = (later, earlier) if values[1] > values[0] else (earlier, later)
    change = 1 if more == later else -1
    check = TwoFigures((values[0], values[1]), unit_of(utility), more, less, change)
    template = deck.deal(("two_periods",))
    return deck.ask("two periods", template, (building,), utility, said[0], check, span2=said[1].span)


def ranking(deck: Deck) -> Case:
    kind = deck.random.choice(["rank_most", "rank_most", "rank_least", "rank_most_per_area"])
    utility, said = deck.any_utility(), deck.period()
    meters = [m.building for m in deck.world.portfolio.meters if m.utility == utility]
    per_m2 = kind == "rank_most_per_area"
    complete = all(_complete(deck, b, utility, said.period) for b in meters) and not said.other_readings
    values = {b: _value(deck, b, utility, said.period, per_m2) for b in meters}
    order = sorted(meters, key=lambda b: values[b], reverse=kind != "rank_least")
    if not complete or values[order[0]] == 0 or _close(values[order[0]], values[order[1]]):
        return ranking(deck)
    first, *others = (subject(deck.world.building(b)) for b in order)
    check = NamedFirst(first, tuple(others))
    return deck.ask("ranking", deck.deal((kind,)), (), utility, said, check)


def peak(deck: Deck) -> Case:
    building, utility, said = _pick(deck, exact=True)
    if utility == "gas":
        return peak(deck)
    hours = [(t, v) for t, v in deck.world.hours(building, utility, said.period) if v is not None]
    if deck.random.random() < 0.25 and said.period.days >= 5:
        return _peak_day(deck, building, utility, said)
    highest = max(v for _, v in hours)
    times = tuple((t.month, t.day, t.hour) for t, v in hours if v >= highest * 0.9999)
    check = Peak(highest, times)
    return deck.ask("peak", deck.deal(("peak",)), (building,), utility, said, check)


def _peak_day(deck: Deck, building: str, utility: Utility, said: SaidPeriod) -> Case:
    days: defaultdict[tuple[int, int], float] = defaultdict(float)
    for time, value in deck.world.hours(building, utility, said.period):
        days[time.month, time.day] += value or 0.0
    highest = max(days.values())
    best = tuple((*day, 0) for day, value in days.items() if value >= highest * 0.9999)
    return deck.ask("peak", deck.deal(("peak_day",)), (building,), utility, said, Peak(None, best))


def _pick(deck: Deck, complete: bool = True, exact: bool = False) -> tuple[str, Utility, SaidPeriod]:
    """A building, a utility it uses and a period; `exact`: of one meaning only; `complete`: no readings missing."""
    while True:
        building, said = deck.building(), deck.period()
        utility = deck.utility(building)
        readings = (said.period, *said.other_readings)
        if exact and said.other_readings:
            continue
        if complete and not all(_complete(deck, building, utility, p) for p in readings):
            continue
        if min(deck.world.total(building, utility, p) for p in readings) >= LEAST_USE:
            return building, utility, said


def _complete(deck: Deck, building: str, utility: Utility, period: Period) -> bool:
    return deck.world.missing_share(building, utility, period) <= HARDLY_MISSING


def _value(deck: Deck, building: str, utility: Utility, period: Period, per_m2: bool) -> float:
    value = deck.world.total(building, utility, period)
    return value / deck.world.building(building).floor_area_m2 if per_m2 else value


def _named_month(said: SaidPeriod) -> Subject:
    """A month is told apart in an answer as a building is: by its name."""
    return Subject(f"{said.period.start:%Y-%m}", (f"{said.period.start:%B}",))


def _close(one: float, other: float) -> bool:
    return abs(one - other) < CLEAR_MARGIN * max(one, other)
