"""Days and months of UTC, numbered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

DAY_S = 86_400
_EPOCH = date(1970, 1, 1)


def day_of(now: float) -> int:
    """Days since 1970 of Unix time."""
    return int(now // DAY_S)


def month_of_day(day: int) -> int:
    """Months since the year 0."""
    at = first_of_day(day)
    return at.year * 12 + at.month - 1


def first_of_day(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def first_of_month(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def until_tomorrow_s(now: float) -> float:
    return DAY_S - now % DAY_S


def until_next_month_s(now: float) -> float:
    first = first_of_month(month_of_day(day_of(now)) + 1)
    return datetime(first.year, first.month, 1, tzinfo=UTC).timestamp() - now
