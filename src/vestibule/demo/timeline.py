"""The hours of the demo year, in UTC and in the portfolio's local time, and its public holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from vestibule.demo.model import Holiday, Mask

YEAR = 2025
TIMEZONE = "Europe/Berlin"
ZONE = ZoneInfo(TIMEZONE)
FIRST_DAY = date(YEAR, 1, 1)
DAYS_IN_YEAR = 365

HOLIDAYS = (
    Holiday(date(2025, 1, 1), "New Year's Day"),
    Holiday(date(2025, 4, 18), "Good Friday"),
    Holiday(date(2025, 4, 21), "Easter Monday"),
    Holiday(date(2025, 5, 1), "Labour Day"),
    Holiday(date(2025, 5, 29), "Ascension Day"),
    Holiday(date(2025, 6, 9), "Whit Monday"),
    Holiday(date(2025, 10, 3), "Day of German Unity"),
    Holiday(date(2025, 10, 31), "Reformation Day"),
    Holiday(date(2025, 12, 25), "Christmas Day"),
    Holiday(date(2025, 12, 26), "Boxing Day"),
)


class Timeline(msgspec.Struct, frozen=True):
    """Per hour: its start in UTC, the local hour (0–23), local weekday (Monday 0) and local day of the year (from 0).

    Both hours of the repeated autumn hour carry local hour 2; the skipped spring hour carries none.
    """

    hours: NDArray[np.datetime64]
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    day: NDArray[np.int64]

    def window(self, start: datetime, end: datetime) -> slice:
        """The hours of [start, end), aware times on the hour."""
        return slice(self._index(start), self._index(end))

    def day_window(self, first: date, end: date) -> slice:
        """The hours of the local days [first, end)."""
        low, high = np.searchsorted(self.day, [(first - FIRST_DAY).days, (end - FIRST_DAY).days])
        return slice(int(low), int(high))

    def days_mask(self, days: frozenset[date]) -> Mask:
        """True in the hours of those local days."""
        return np.isin(self.day, [(day - FIRST_DAY).days for day in days])

    def _index(self, moment: datetime) -> int:
        first = datetime.fromtimestamp(int(self.hours[0].astype("int64")), UTC)
        return int((moment - first).total_seconds()) // 3600


def year_timeline() -> Timeline:
    """All 8,760 hours from local New Year to local New Year."""
    first = datetime(YEAR, 1, 1, tzinfo=ZONE).astimezone(UTC)
    count = int((datetime(YEAR + 1, 1, 1, tzinfo=ZONE).astimezone(UTC) - first).total_seconds()) // 3600
    local = [(first + timedelta(hours=i)).astimezone(ZONE) for i in range(count)]
    start = np.datetime64(first.replace(tzinfo=None), "s")
    return Timeline(
        hours=start + np.arange(count) * np.timedelta64(3600, "s"),
        hour=np.array([moment.hour for moment in local]),
        weekday=np.array([moment.weekday() for moment in local]),
        day=np.array([(moment.date() - FIRST_DAY).days for moment in local]),
    )
