"""Periods of a year and the ways people say them. Knows nothing of buildings."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

MONTHS = calendar.month_name[1:]
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Period:
    """Half-open [start, end) in naive local time."""

    start: datetime
    end: datetime

    @property
    def days(self) -> float:
        return (self.end - self.start) / timedelta(days=1)

    @property
    def months(self) -> frozenset[int]:
        """Numbers of the months it touches."""
        last = self.end - timedelta(hours=1)
        return frozenset(range(self.start.month, last.month + 1))

    def overlap_days(self, other: Period) -> float:
        return max((min(self.end, other.end) - max(self.start, other.start)) / timedelta(days=1), 0.0)

    def joined(self, other: Period) -> Period:
        return Period(min(self.start, other.start), max(self.end, other.end))

    def widened(self, days: int) -> Period:
        """With so many days more at both ends, as far as its year goes."""
        around, year = timedelta(days=days), self.start.year
        return Period(max(self.start - around, datetime(year, 1, 1)), min(self.end + around, datetime(year + 1, 1, 1)))

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class SaidPeriod:
    """A period in words: `when` follows a sentence ("in March"), `span` stands for a noun ("March").

    `other_readings` are periods that a human expert could as well understand by the same words.
    """

    form: str
    period: Period
    when: str
    span: str
    other_readings: tuple[Period, ...] = ()


def from_days(first: date, last: date) -> Period:
    """Period of whole days, both included."""
    begin = datetime(first.year, first.month, first.day)
    return Period(begin, datetime(last.year, last.month, last.day) + timedelta(days=1))


def month(year: int, number: int) -> Period:
    return from_days(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def week_of(day: date) -> Period:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return from_days(monday, monday + timedelta(days=6))


def say_month(year: int, number: int, random: Random) -> SaidPeriod:
    name = f"{MONTHS[number - 1]}{_year(year, random)}"
    when = random.choice([f"in {name}", f"during {name}", f"in {name}"])
    return SaidPeriod("month", month(year, number), when, name)


def say_week(day: date, random: Random) -> SaidPeriod:
    period = week_of(day)
    monday = period.start.date()
    week = day.isocalendar().week
    said = random.choice(
        [
            f"the week of {say_date(monday, random)}",
            f"the week starting Monday {monday.day} {MONTHS[monday.month - 1]}",
            f"calendar week {week}",
            f"week {week} of {monday.isocalendar().year}",
        ]
    )
    return SaidPeriod("week", period, f"in {said}", said)


def say_nth_week(year: int, number: int, nth: int, random: Random) -> SaidPeriod:
    """Days 8 to 14 for the second; the Monday weeks that people may mean as well are other readings."""
    first = date(year, number, 7 * nth - 6)
    period = from_days(first, first + timedelta(days=6))
    said = f"the {ORDINALS[nth - 1]} week of {MONTHS[number - 1]}{_year(year, random)}"
    begins = date(year, number, 1)
    rows = week_of(begins + timedelta(weeks=nth - 1))
    monday = begins + timedelta(days=-begins.weekday() % 7, weeks=nth - 1)
    others = tuple(p for p in dict.fromkeys((rows, week_of(monday))) if p != period and p.start.year == p.end.year)
    return SaidPeriod("nth week", period, f"in {said}", said, others)


def say_days(first: date, last: date, random: Random) -> SaidPeriod:
    period = from_days(first, last)
    if first == last:
        return say_day(first, random)
    ending = f"{last.day} {MONTHS[last.month - 1]}{_year(last.year, random)}"
    beginning = str(first.day) if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    span, when = random.choice(
        [
            (f"{beginning} to {ending}", f"from {beginning} to {ending}"),
            (f"{beginning} to {ending}", f"from {beginning} to {ending}"),
            (f"{first.isoformat()} to {last.isoformat()}", f"from {first.isoformat()} to {last.isoformat()}"),
        ]
    )
    return SaidPeriod("days", period, when, span)


def say_day(day: date, random: Random) -> SaidPeriod:
    weekday = calendar.day_name[day.weekday()]
    said = random.choice([say_date(day, random), say_date(day, random), f"{weekday} {day.day} {MONTHS[day.month - 1]}"])
    return SaidPeriod("day", from_days(day, day), f"on {said}", said)


def say_half_month(year: int, number: int, second: bool, random: Random) -> SaidPeriod:
    whole = month(year, number)
    first = date(year, number, 16 if second else 1)
    last = (whole.end - timedelta(days=1)).date() if second else date(year, number, 15)
    said = f"the {'second' if second else 'first'} half of {MONTHS[number - 1]}{_year(year, random)}"
    return SaidPeriod("half month", from_days(first, last), f"in {said}", said)


def say_third_of_month(year: int, number: int, part: str, random: Random) -> SaidPeriod:
    """ "early", "mid" and "late": loose, so only to be asked where a few days more or less change nothing."""
    first, last = {"early": (1, 10), "mid": (11, 20), "late": (21, calendar.monthrange(year, number)[1])}[part]
    said = f"{part}{'-' if part == 'mid' else ' '}{MONTHS[number - 1]}{_year(year, random)}"
    return SaidPeriod(
        "part of month", from_days(date(year, number, first), date(year, number, last)), f"in {said}", said
    )


def say_quarter(year: int, quarter: int, random: Random) -> SaidPeriod:
    period = Period(month(year, 3 * quarter - 2).start, month(year, 3 * quarter).end)
    said = random.choice([f"Q{quarter} {year}", f"the {ORDINALS[quarter - 1]} quarter of {year}"])
    return SaidPeriod("quarter", period, f"in {said}", said)


def say_year(year: int) -> SaidPeriod:
    return SaidPeriod("year", Period(datetime(year, 1, 1), datetime(year + 1, 1, 1)), f"in {year}", str(year))


def say_date(day: date, random: Random) -> str:
    name = MONTHS[day.month - 1]
    return random.choice(
        [
            f"{day.day} {name}",
            f"{day.day} {name} {day.year}",
            f"{name} {day.day}",
            f"{name} {day.day}, {day.year}",
            f"the {day.day}{_suffix(day.day)} of {name}",
            day.isoformat(),
        ]
    )


def _suffix(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _year(year: int, random: Random) -> str:
    return random.choice(["", f" {year}"])
