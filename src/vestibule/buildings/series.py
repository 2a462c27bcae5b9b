"""Hourly series of one building on one grid of hours, and the local calendar of that grid. Pure values.

Hours are whole hours since 1970 in UTC, so that a day in local time may have 23 or 25 of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import ceil

import msgspec
import numpy as np
from numpy.typing import NDArray

from vestibule.buildings.portfolio import Building, Meter
from vestibule.core.evidence import Period, Utility

Series = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]

HOUR_S = 3600


class Grid(msgspec.Struct, frozen=True, eq=False):
    """Consecutive hours from `first` on. Per hour: local hour of day, local weekday (Monday 0), and the index of its
    local day in `days`."""

    first: int
    zone: tzinfo
    hour: Index
    weekday: Index
    day: Index
    days: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.hour)

    def at(self, index: int) -> datetime:
        """The local time at which an hour begins; that of the end for `len(grid)`."""
        return datetime.fromtimestamp((self.first + index) * HOUR_S, UTC).astimezone(self.zone)

    def window(self, period: Period) -> slice:
        """The hours on the grid that begin within `period`; empty if there are none."""
        start = ceil(period.start.timestamp() / HOUR_S) - self.first
        end = ceil(period.end.timestamp() / HOUR_S) - self.first
        start = min(max(start, 0), len(self))
        return slice(start, min(max(end, start), len(self)))

    def day_window(self, period: Period) -> slice:
        """The days, as indices of `days`, that `period` touches."""
        hours = self.window(period)
        if hours.start == hours.stop:
            return slice(0, 0)
        return slice(int(self.day[hours.start]), int(self.day[hours.stop - 1]) + 1)

    def hours_of_days(self, first: int, end: int) -> slice:
        """The hours of the days [first, end)."""
        low, high = np.searchsorted(self.day, [first, end])
        return slice(int(low), int(high))

    def by_day(self, values: Series) -> Series:
        """Sum per local day; missing hours count as nothing. Shape (len(days),)."""
        return np.bincount(self.day, np.nan_to_num(values), minlength=len(self.days)).astype(np.float64)


def hours_in(period: Period) -> int:
    """How many hours begin within `period`, whether or not there is data."""
    return ceil(period.end.timestamp() / HOUR_S) - ceil(period.start.timestamp() / HOUR_S)


def grid_of(start: datetime, end: datetime, zone: tzinfo) -> Grid:
    """The grid of the hours that begin in [start, end), both aware."""
    first, stop = (ceil(moment.timestamp() / HOUR_S) for moment in (start, end))
    local = [datetime.fromtimestamp(h * HOUR_S, UTC).astimezone(zone) for h in range(first, stop)]
    base = local[0].date() if local else date(1970, 1, 1)
    day = np.array([(moment.date() - base).days for moment in local], dtype=np.int64)
    return Grid(
        first=first,
        zone=zone,
        hour=np.array([moment.hour for moment in local], dtype=np.int64),
        weekday=np.array([moment.weekday() for moment in local], dtype=np.int64),
        day=day,
        days=tuple(base + timedelta(days=n) for n in range(int(day[-1]) + 1 if local else 0)),
    )


class Weather(msgspec.Struct, frozen=True, eq=False):
    """On the same grid: °C and W/m². Gaps are filled from their neighbours."""

    temperature_c: Series
    solar_w_m2: Series


class BuildingSeries(msgspec.Struct, frozen=True, eq=False):
    """`amounts` per utility in the meter's unit and hour, NaN where missing; `holidays` are days of the calendar."""

    building: Building
    grid: Grid
    weather: Weather
    meters: Mapping[Utility, Meter]
    amounts: Mapping[Utility, Series]
    holidays: Mapping[date, str]


def on_grid(hours: Index, values: Series, grid: Grid) -> Series:
    """Lay values of the given hours (since 1970) on the grid; NaN where there is none."""
    laid = np.full(len(grid), np.nan)
    at = hours - grid.first
    inside = (at >= 0) & (at < len(grid))
    laid[at[inside]] = values[inside]
    return laid


def filled(values: Series) -> Series:
    """Fill NaN by straight lines between neighbours; zeros where there is nothing at all."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros(len(values))
    return np.interp(np.arange(len(values)), known, values[known])
