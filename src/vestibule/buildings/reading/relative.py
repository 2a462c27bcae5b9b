"""Periods told by their relation: to the end of the data, to each other, to the turn before."""

from __future__ import annotations

import re
from datetime import date

from vestibule.buildings.reading import calendar as cal
from vestibule.buildings.reading.calendar import DAY, NoSuchDate, Span, add_months, days
from vestibule.buildings.reading.relations import earlier, joined, later
from vestibule.buildings.reading.scratch import LETTER, Scratch
from vestibule.buildings.reading.vocabulary import WEEKDAYS


def this(unit: str, today: date) -> Span:
    if unit == "week":
        return cal.week_of(today)
    if unit == "weekend":
        return cal.weekend_of(today)
    if unit == "month":
        return cal.month(today.year, today.month)
    if unit == "quarter":
        number = (today.month + 2) // 3
        return cal.months(today.year, 3 * number - 2, 3, "quarter", f"Q{number} {today.year}")
    if unit == "year":
        return cal.year(today.year)
    return days(today, today, "day")


def last(unit: str, tomorrow: date) -> Span:
    """The latest day, week, weekend, month, quarter or year that is over."""
    if unit in WEEKDAYS:
        day = tomorrow - ((tomorrow.weekday() - WEEKDAYS.index(unit) - 1) % 7 + 1) * DAY
        return days(day, day, "day")
    span = this(unit, tomorrow - DAY)
    if span.last < tomorrow:
        return span
    begin = cal.week_of(span.first).first if unit == "weekend" else span.first
    return this(unit, begin - DAY)


def recent(count: str, unit: str, tomorrow: date) -> Span:
    number = int(count)
    if not 1 <= number <= 1000:
        raise NoSuchDate(f"{count} {unit} is not a stretch the data could hold.")
    if unit == "months":
        first = add_months(tomorrow, -number)
        return days(first, tomorrow.replace(day=1) - DAY)
    return days(tomorrow - number * (7 if unit == "weeks" else 1) * DAY, tomorrow - DAY)


def ago(count: str, unit: str, tomorrow: date) -> Span:
    number = int(count)
    if not 1 <= number <= 1000:
        raise NoSuchDate(f"{count} {unit} ago is not a time the data could hold.")
    if unit.startswith("month"):
        return this("month", add_months(tomorrow - DAY, -number))
    if unit.startswith("year"):
        return cal.year(tomorrow.year - number)
    day = tomorrow - DAY - number * (7 if unit.startswith("week") else 1) * DAY
    return cal.week_of(day) if unit.startswith("week") else days(day, day, "day")


def previous(match: re.Match[str], scratch: Scratch) -> Span | str:
    return before(match, match[1], scratch)


def before(match: re.Match[str], unit: str, scratch: Scratch) -> Span | str:
    """The one before what was named, to compare with; or, where nothing was, the last one that is over."""
    named = re.search(r"@[a-z](\d+)", match.string)
    comparing = re.search(r"\b(?:vs|than|compare|yearonyear)\b", match.string)
    if named:
        scratch.reference = earlier(scratch.at(named[1]), unit)
        return "@@"
    if unit == "period" and not scratch.anchor:
        raise NoSuchDate("The period before was asked for, but no period was named.")
    if scratch.anchor and comparing:
        scratch.reference = earlier(scratch.anchor, unit)
        return scratch.anchor
    if scratch.anchor:
        return earlier(scratch.anchor, unit)
    span = last(unit, scratch.calendar.tomorrow)
    if comparing:
        scratch.reference = earlier(span, unit)
    return span


def after(match: re.Match[str], scratch: Scratch) -> Span:
    """ "The week after": what follows the period named, or that of the turn before, or the end of the data."""
    named = re.search(r"@[a-z](\d+)", match.string)
    known = scratch.at(named[1]) if named else scratch.anchor
    return later(known or scratch.calendar.covered, match[1])


def last_year(match: re.Match[str], scratch: Scratch) -> Span | str:
    """The latest year that is over; after another period and a word of comparison, that period a year earlier."""
    if (match[1] or match[2]) and "@" in match.string:
        return f"{match[1] or ''} previous year".strip()
    return last("year", scratch.calendar.tomorrow)


def since(match: re.Match[str], scratch: Scratch) -> Span:
    span, covered = scratch.at(match[2]), scratch.calendar.covered
    if match[1] == "until":
        return days(min(covered.first, span.last), span.last)
    first = span.last + DAY if match[1] == "after" else span.first
    return days(first, max(first, covered.last))


def from_to(match: re.Match[str], scratch: Scratch) -> Span | str:
    """A range; but a change "from June to July" compares the later with the earlier."""
    first, last = scratch.at(match[2]), scratch.at(match[3])
    if first.grain == last.grain != "day" and re.search(r"\b(?:increase|decrease|compare)\b", match.string):
        scratch.reference = first
        return f"@{LETTER[last.grain]}{match[3]}"
    return joined(first, last)


def year_to_date(match: re.Match[str], scratch: Scratch) -> Span:
    last = scratch.calendar.last_day
    first = date(last.year, 1, 1)
    return days(first, last, "range", f"the year to date ({cal.say(first, last)})")
