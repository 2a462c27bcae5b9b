"""Days and hours a question can mean: weeks, months, seasons, holidays, and how each is said.

Works in naive local time of the portfolio; `Calendar.period` makes it aware. Knows no wording of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.reading.vocabulary import canonical
from vestibule.buildings.reading.words import words
from vestibule.core.evidence import Period

Grain = Literal["day", "week", "month", "quarter", "season", "year", "holiday", "range", "hours"]
DAY = timedelta(days=1)
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class NoSuchDate(ValueError):
    """What was asked is not in the calendar; the message is fit to be said."""


@dataclass(frozen=True)
class Span:
    """Half-open naive local time. `year_given` is false where we chose the year."""

    start: datetime
    end: datetime
    label: str
    grain: Grain
    year_given: bool = True

    @property
    def first(self) -> date:
        return self.start.date()

    @property
    def last(self) -> date:
        """The last day that is touched."""
        return (self.end - timedelta(microseconds=1)).date()


def days(first: date, last: date, grain: Grain = "range", label: str = "", year_given: bool = True) -> Span:
    """Whole days, both included; labelled by what they are if no label is given."""
    start, end = datetime.combine(first, time()), datetime.combine(last + DAY, time())
    return Span(start, end, label or say(first, last), grain, year_given)


def say(first: date, last: date) -> str:
    """Name a run of days: "8 July 2025", "8–14 July 2025", "July–August 2025", "2025"."""
    whole_months = first.day == 1 and (last + DAY).day == 1
    if whole_months and first.month == 1 and last.month == 12:
        return f"{first.year}" if first.year == last.year else f"{first.year}–{last.year}"
    begin, finish = MONTH_NAMES[first.month - 1], f"{MONTH_NAMES[last.month - 1]} {last.year}"
    if first.year != last.year:
        begin = f"{begin} {first.year}"
    if whole_months:
        return finish if first.replace(day=1) == last.replace(day=1) else f"{begin}–{finish}"
    if first == last:
        return f"{first.day} {finish}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {finish}"
    return f"{first.day} {begin}–{last.day} {finish}"


def a_day(year: int, month: int, number: int) -> date:
    """A date, or `NoSuchDate` saying which one does not exist."""
    try:
        return date(year, month, number)
    except ValueError:
        said = f"{number} {MONTH_NAMES[month - 1]} {year}" if 1 <= month <= 12 else f"{number}.{month}.{year}"
        raise NoSuchDate(f"{said} is not a date.") from None


def month(year: int, number: int) -> Span:
    first = date(year, number, 1)
    return days(first, _month_end(first), "month")


def months(year: int, number: int, count: int, grain: Grain, name: str) -> Span:
    """`count` whole months from a month, under a name: "Q2 2025 (April–June 2025)"."""
    first = date(year, number, 1)
    last = _month_end(add_months(first, count - 1))
    return days(first, last, grain, f"{name} ({say(first, last)})")


def year(number: int) -> Span:
    return days(date(number, 1, 1), date(number, 12, 31), "year")


def iso_week(year: int, number: int) -> Span:
    try:
        monday = date.fromisocalendar(year, number, 1)
    except ValueError:
        raise NoSuchDate(f"{year} has no calendar week {number}.") from None
    return days(monday, monday + 6 * DAY, "week", f"calendar week {number} of {year} ({say(monday, monday + 6 * DAY)})")


def week_of(day: date) -> Span:
    """Monday to Sunday around a day."""
    monday = day - day.weekday() * DAY
    return days(monday, monday + 6 * DAY, "week")


def weekend_of(day: date) -> Span:
    """Saturday and Sunday of the same Monday-to-Sunday week."""
    saturday = week_of(day).first + 5 * DAY
    return days(saturday, saturday + DAY, "range", f"the weekend of {say(saturday, saturday + DAY)}")


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian computus, as in Meeus, Astronomical Algorithms, 1991)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month_number, day_number = divmod(h + el - 7 * m + 114, 31)
    return date(year, month_number, day_number + 1)


def add_months(day: date, count: int) -> date:
    """The first of the month `count` months on."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def _month_end(day: date) -> date:
    return add_months(day, 1) - DAY


@dataclass(frozen=True)
class Calendar:
    """The data's own calendar: [start, end) in naive local time; `end` is its "now"."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    holidays: Mapping[str, tuple[date, ...]]

    @classmethod
    def of(cls, portfolio: Portfolio) -> Calendar:
        """The calendar of a portfolio; holidays by their names in canonical words."""
        zone = ZoneInfo(portfolio.timezone)
        holidays: dict[str, list[date]] = {}
        for holiday in portfolio.holidays:
            holidays.setdefault(" ".join(canonical(words(holiday.name))), []).append(holiday.date)
        start, end = (
            moment.astimezone(zone).replace(tzinfo=None) for moment in (portfolio.data_start, portfolio.data_end)
        )
        return cls(start, end, zone, {name: tuple(dates) for name, dates in holidays.items() if name})

    @property
    def last_day(self) -> date:
        """The last day with data."""
        return (self.end - timedelta(microseconds=1)).date()

    @property
    def tomorrow(self) -> date:
        """The first day that is not over: what is complete ended on or before it."""
        return self.end.date()

    @property
    def covered(self) -> Span:
        return days(self.start.date(), self.last_day)

    def latest(self, build: Callable[[int], Span], year: int | None) -> Span:
        """Build for a given year, else for the year whose span the data covers best, the latest of equals."""
        if year is not None:
            return build(year)
        best: Span | None = None
        problem: NoSuchDate | None = None
        for candidate in range(self.last_day.year, self.start.year - 2, -1):
            try:
                span = build(candidate)
            except NoSuchDate as error:
                problem = problem or error
                continue
            if best is None or self.share(span) > self.share(best):
                best = span
        if best is None:
            raise problem or NoSuchDate("The data holds no year.")
        return replace(best, year_given=False)

    def share(self, span: Span) -> float:
        """How much of a span the data covers, 0 to 1."""
        overlap = min(span.end, self.end) - max(span.start, self.start)
        return max(overlap, timedelta()) / (span.end - span.start)

    def clip(self, span: Span) -> Span | None:
        """The part of a span that the data covers, relabelled if it is only a part; None if there is none."""
        start, end = max(span.start, self.start), min(span.end, self.end)
        if start >= end:
            return None
        if (start, end) == (span.start, span.end):
            return span
        part = replace(span, start=start, end=end)
        return replace(part, label=f"{say(part.first, part.last)} (the covered part of {span.label})")

    def period(self, span: Span) -> Period:
        return Period(span.start.replace(tzinfo=self.zone), span.end.replace(tzinfo=self.zone), span.label)
