"""Periods of whole days, as findings carry them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from vestibule.buildings.series import Grid
from vestibule.buildings.speech import days
from vestibule.core.evidence import Period


def day_period(grid: Grid, first: date, end: date) -> Period:
    """The local days [first, end)."""
    start = datetime(first.year, first.month, first.day, tzinfo=grid.zone)
    stop = datetime(end.year, end.month, end.day, tzinfo=grid.zone)
    return Period(start, stop, days(first, end - timedelta(days=1)))
