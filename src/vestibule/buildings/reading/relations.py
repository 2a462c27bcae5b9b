"""How one period relates to another: from this to that, and the same a week, a month or a year earlier."""

from __future__ import annotations

from datetime import date, timedelta

from vestibule.buildings.reading.calendar import DAY, Span, add_months, days


def joined(first: Span, last: Span) -> Span:
    """From the start of one to the end of the other. Where the years were ours to choose, the order said is kept."""
    if first.start > last.start and not first.year_given:
        first = days(_in_year(first.first, last.first.year - 1), last.last)
    elif first.start > last.start and not last.year_given:
        last = days(first.first, _in_year(last.last, first.first.year + 1))
    elif first.start > last.start:
        first, last = last, first
    return days(first.first, max(first.last, last.last))


def earlier(span: Span, unit: str) -> Span:
    """The span one `unit` (day, week, month, quarter, year, period) before: moved back by a day or a week, or the day
    or week just before a longer span; whole months for months and quarters; the same dates for years (for whole weeks
    the same weekdays); the span just before it for a period."""
    if unit == "period":
        unit = span.grain if span.grain in ("day", "week", "month", "quarter", "year") else "length"
    length = (span.last - span.first).days + 1
    if unit in ("month", "quarter"):
        return _months_earlier(span, 1 if unit == "month" else 3)
    if unit == "year" and length % 7:
        return days(_in_year(span.first, span.first.year - 1), _in_year(span.last, span.last.year - 1), span.grain)
    if unit == "year":
        return days(span.first - 364 * DAY, span.last - 364 * DAY, span.grain)
    step = {"day": 1, "week": 7, "weekend": 7}.get(unit, length)
    if length > step:  # the week before a month is the seven days before it
        return days(span.first - step * DAY, span.first - DAY, "day" if step == 1 else "week")
    return days(span.first - step * DAY, span.last - step * DAY, span.grain)


def later(span: Span, unit: str) -> Span:
    """The day, week, month or quarter just after a span; for "period", as much again."""
    unit = span.grain if unit == "period" else unit
    begin = span.last + DAY
    if unit in ("month", "quarter"):
        first = begin if begin.day == 1 else add_months(begin, 1)
        return days(
            first, add_months(first, 1 if unit == "month" else 3) - DAY, "month" if unit == "month" else "quarter"
        )
    if unit == "year":
        return days(date(span.last.year + 1, 1, 1), date(span.last.year + 1, 12, 31), "year")
    length = {"day": 1, "week": 7, "weekend": 2}.get(unit, (span.last - span.first).days + 1)
    return days(begin, begin + (length - 1) * DAY, "day" if unit == "day" else "week" if unit == "week" else "range")


def _months_earlier(span: Span, count: int) -> Span:
    first = add_months(span.first, -count)
    if span.first.day == 1 and (span.last + DAY).day == 1:
        return days(first, add_months(span.last, 1 - count) - DAY, span.grain)
    return days(first, add_months(first, count) - DAY, "month" if count == 1 else "quarter")


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def halves(span: Span, second: bool) -> Span:
    """The first or second half: days 1–15 and 16–end of a month, six months of a year, else half of the days."""
    if span.grain == "year":
        middle = date(span.first.year, 7, 1)
    elif span.grain == "month":
        middle = span.first.replace(day=16)
    else:
        middle = span.first + ((span.last - span.first).days + 1) // 2 * DAY
    return days(middle, span.last) if second else days(span.first, middle - DAY)


def nth_week(month: Span, which: str) -> Span:
    """Days 1–7, 8–14, 15–21, 22–28, 29–end of a month; "last" is its last seven days, "penultimate" those before."""
    if which in ("last", "penultimate"):
        last = month.last - (0 if which == "last" else 7) * DAY
        return days(last - 6 * DAY, last, "week")
    first = month.first + 7 * (int(which) - 1) * DAY
    return days(first, min(first + 6 * DAY, month.last), "week")


def nth_weekday(month: Span, which: str, weekday: int, length: int = 1) -> Span:
    """The Nth (or last) of a weekday in a month and the days after it: Monday and 7 is a full week."""
    first = month.first + (weekday - month.first.weekday()) % 7 * DAY
    last = month.last - length * DAY + DAY
    last -= (last.weekday() - weekday) % 7 * DAY
    begin = last - (7 * DAY if which == "penultimate" else timedelta())
    if which.isdigit():
        begin = first + 7 * (int(which) - 1) * DAY
    return days(begin, begin + (length - 1) * DAY, "day" if length == 1 else "week" if length == 7 else "range")
