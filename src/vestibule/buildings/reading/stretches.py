"""Days, named stretches of a year and parts of days, from the matches of the grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from vestibule.buildings.reading import calendar as cal
from vestibule.buildings.reading.calendar import DAY, NoSuchDate, Span, a_day, add_months, days
from vestibule.buildings.reading.relations import nth_week, nth_weekday
from vestibule.buildings.reading.scratch import Scratch
from vestibule.buildings.reading.vocabulary import MONTHS, WEEKDAYS

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_HOURS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22), "night": (20, 30), "midday": (11, 14)}
FEASTS: dict[str, Callable[[int], Span]] = {
    "easter": lambda y: _feast(cal.easter(y) - 2 * DAY, cal.easter(y) + DAY, f"Easter {y}"),
    "pentecost": lambda y: _feast(cal.easter(y) + 48 * DAY, cal.easter(y) + 50 * DAY, f"Pentecost {y}"),
    "christmas": lambda y: _feast(date(y, 12, 24), date(y, 12, 26), f"Christmas {y}"),
    "turnofyear": lambda y: _feast(date(y, 12, 24), date(y, 12, 31), f"Christmas to New Year’s Eve {y}"),
}


def _feast(first: date, last: date, name: str) -> Span:
    return days(first, last, "holiday", f"{name} ({cal.say(first, last)})")


def iso_date(match: re.Match[str], scratch: Scratch) -> Span:
    day = a_day(int(match[1]), int(match[2]), int(match[3]))
    return days(day, day, "day")


def digit_date(match: re.Match[str], scratch: Scratch) -> Span:
    """Day first, as the portfolio's country writes it; month first only where nothing else is a date."""
    first, separator, second, year = int(match[1]), match[2], int(match[3]), match[4]
    swapped = second > 12 >= first
    number, month = (second, first) if swapped else (first, second)

    def build(candidate: int) -> Span:
        day = a_day(candidate, month, number)
        doubtful = separator == "/" and first <= 12 and first != second
        note = " (read with the day first)" if doubtful and not swapped else ""
        return days(day, day, "day", f"{cal.say(day, day)}{note}")

    return scratch.latest(build, year if not year or len(year) == 4 else f"20{year}")


def short_date(match: re.Match[str], scratch: Scratch) -> str:
    """Day and month in digits, after a preposition only: "24/7" is none."""
    number, month = int(match[2]), int(match[4])

    def build(candidate: int) -> Span:
        day = a_day(candidate, month, number)
        return days(day, day, "day", f"{cal.say(day, day)}{' (read with the day first)' if match[3] == '/' else ''}")

    return f"{match[1]} {scratch.put(scratch.latest(build))}"


def named_date(number: str, month: str, year: str | None, scratch: Scratch) -> Span:
    def build(candidate: int) -> Span:
        day = a_day(candidate, MONTHS.index(month) + 1, int(number))
        return days(day, day, "day")

    return scratch.latest(build, year)


def two_dates(match: re.Match[str], scratch: Scratch) -> str:
    first, second = (scratch.put(named_date(match[n], match[3], match[4], scratch)) for n in (1, 2))
    return f"{first} and {second}"


def days_of_month(first: str, last: str, month: str, year: str | None, scratch: Scratch) -> Span:
    def build(candidate: int) -> Span:
        number = MONTHS.index(month) + 1
        begin, end = a_day(candidate, number, int(first)), a_day(candidate, number, int(last))
        if begin > end:
            raise NoSuchDate(f"{first} to {last} {month.capitalize()} runs backwards.")
        return days(begin, end)

    return scratch.latest(build, year)


def checked_weekday(match: re.Match[str], scratch: Scratch) -> str:
    span = scratch.at(match[2])
    if WEEKDAYS[span.first.weekday()] != match[1]:
        scratch.gaps.append(
            f"{span.label} was a {WEEKDAYS[span.first.weekday()].capitalize()}, not a {match[1].capitalize()}."
        )
    return f"@d{match[2]}"


def quarter(which: str, year: str | None, scratch: Scratch) -> Span:
    number = 4 if which == "last" else int(which[0])
    return scratch.latest(lambda y: cal.months(y, 3 * number - 2, 3, "quarter", f"Q{number} {y}"), year)


def half_year(which: str, year: str | None, scratch: Scratch) -> Span:
    number = int(which[0])
    return scratch.latest(lambda y: cal.months(y, 6 * number - 5, 6, "range", f"H{number} {y}"), year)


def season(name: str, year: str | None, scratch: Scratch) -> Span:
    """Three whole months. A winter is named by the year it begins in, unless only a year was said: "winter 2025" of
    data that begins in January is the part of it that the data covers best."""

    def build(candidate: int) -> Span:
        said = f"{candidate}/{(candidate + 1) % 100:02}" if name == "winter" else f"{candidate}"
        return cal.months(candidate, _SEASONS[name], 3, "season", f"{name} {said}")

    asked = int(year) if year else scratch.year
    if name == "winter" and asked:
        return max(build(asked), build(asked - 1), key=scratch.calendar.share)
    return scratch.latest(build, year)


def part_of(part: str, span: Span) -> Span:
    """Early, mid or late: thirds of a month by days 10 and 20, of anything else by its length."""
    number = ("early", "mid", "late").index(part)
    if span.grain == "month":
        bounds = [span.first, span.first + 10 * DAY, span.first + 20 * DAY, span.last + DAY]
    elif span.grain == "year":
        bounds = [add_months(span.first, 4 * third) for third in range(4)]
    else:
        length = (span.last - span.first + DAY) / 3
        bounds = [span.first + third * length for third in range(3)] + [span.last + DAY]
    return days(bounds[number], bounds[number + 1] - DAY)


def run_of(which: str, count: str, unit: str, span: Span) -> Span:
    """The first or last N days or weeks of a span, never more than it has."""
    length = int(count) * (7 if unit.startswith("week") else 1)
    length = max(1, min(length, (span.last - span.first).days + 1))
    if which == "last":
        return days(span.last - (length - 1) * DAY, span.last)
    return days(span.first, span.first + (length - 1) * DAY)


def nth(match: re.Match[str], which: str, unit: str, month: Span) -> Span:
    which = which if which in ("last", "penultimate") else which[0]
    if unit == "week":
        if which.isdigit() and not 1 <= int(which) <= (5 if month.last.day > 28 else 4):
            raise NoSuchDate(f"{month.label} has no week {which}.")
        return nth_week(month, which)
    weekday, length = {"fullweek": (0, 7), "weekend": (5, 2)}.get(unit) or (WEEKDAYS.index(unit), 1)
    span = nth_weekday(month, which, weekday, length)
    if span.first > month.last:
        raise NoSuchDate(f"{month.label} has no {which}. {unit}.")
    return span


def hours(part: str, day: date) -> Span:
    begin, end = _HOURS[part]
    start = datetime.combine(day, time())
    said = f"{begin:02}:00–{end % 24:02}:00"
    name = f"the night of {cal.say(day, day + DAY)}" if part == "night" else f"the {part} of {cal.say(day, day)}"
    return Span(start + timedelta(hours=begin), start + timedelta(hours=end), f"{name} ({said})", "hours")


def night_of(span: Span) -> Span:
    """The night that begins on a day or lies between two; of more days, those days."""
    return hours("night", span.first) if (span.last - span.first).days <= 1 else span


def clock(match: re.Match[str], scratch: Scratch) -> Span:
    day = scratch.at(match[1])
    begin, end = (timedelta(hours=int(h), minutes=int(m)) for h, m in ((match[2], match[3]), (match[4], match[5])))
    if not timedelta() <= begin < end <= DAY:
        raise NoSuchDate(f"{match[2]}:{match[3]} to {match[4]}:{match[5]} is not a stretch of a day.")
    said = f"{int(match[2]):02}:{match[3]}–{int(match[4]):02}:{match[5]}"
    return Span(day.start + begin, day.start + end, f"{day.label}, {said}", "hours")
