"""The grid of hours: local days of 23, 24 and 25 hours, periods on and off the data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from tests.buildings.reference import ZONE, days
from vestibule.buildings.series import filled, grid_of, hours_in, on_grid

YEAR = grid_of(datetime(2025, 1, 1, tzinfo=ZONE), datetime(2026, 1, 1, tzinfo=ZONE), ZONE)


def test_days_have_the_hours_that_local_time_gives_them() -> None:
    assert len(YEAR) == 8760
    hours = YEAR.by_day(np.ones(8760))
    short, long = YEAR.days.index(date(2025, 3, 30)), YEAR.days.index(date(2025, 10, 26))
    assert (hours[short], hours[long]) == (23, 25)
    assert sorted(set(hours.tolist())) == [23, 24, 25]
    assert YEAR.hour[YEAR.hours_of_days(long, long + 1)].tolist().count(2) == 2
    assert 2 not in YEAR.hour[YEAR.hours_of_days(short, short + 1)]


def test_every_hour_is_where_the_calendar_puts_it() -> None:
    for index in (0, 2000, 7174, 7175, 8759):
        moment = YEAR.at(index)
        assert (YEAR.hour[index], YEAR.weekday[index]) == (moment.hour, moment.weekday())
        assert YEAR.days[YEAR.day[index]] == moment.date()


def test_windows_are_half_open_and_clipped() -> None:
    week = days(date(2025, 3, 24), date(2025, 3, 30))
    assert hours_in(week) == 167
    window = YEAR.window(week)
    assert window.stop - window.start == 167
    assert YEAR.at(window.start) == week.start
    before = days(date(2024, 12, 25), date(2025, 1, 1))
    assert YEAR.window(before) == slice(0, 24)
    assert hours_in(before) == 192
    after = days(date(2026, 2, 1), date(2026, 2, 2))
    assert YEAR.window(after) == slice(8760, 8760)
    assert YEAR.day_window(after) == slice(0, 0)


def test_values_are_laid_on_the_grid() -> None:
    start = int(datetime(2025, 1, 1, tzinfo=ZONE).astimezone(UTC).timestamp()) // 3600
    laid = on_grid(np.array([start - 1, start, start + 2]), np.array([9.0, 1.0, 3.0]), YEAR)
    assert laid[:3].tolist()[::2] == [1.0, 3.0]
    assert np.isnan(laid[1])
    assert filled(laid)[:4].tolist() == [1.0, 2.0, 3.0, 3.0]
    assert filled(np.full(3, np.nan)).tolist() == [0, 0, 0]
