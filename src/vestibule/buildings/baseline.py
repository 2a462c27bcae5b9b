"""Expected hourly use of a meter: what time of week and weather make of it when nothing is wrong.

A time-of-week-and-temperature regression in the manner of Mathieu, Price, Kiliccote and Piette, "Quantifying changes in
building electricity use, with application to demand response", IEEE Trans. Smart Grid 2(3), 2011, as CalTRACK's hourly
method uses it: for each hour of open and of closed days, a line in temperature that may bend at change points, plus
solar radiation and the mean temperature of the last 12 hours; then the habit of each weekday. Fitted again and again
with ever less weight on days that depart (iteratively reweighted least squares, Cauchy weights), and without holidays,
days known to be faulty and the period asked about. Knows no cause.
"""

from __future__ import annotations

import msgspec
import numpy as np

from vestibule.buildings.portfolio import DAYS
from vestibule.buildings.series import BuildingSeries, Grid, Index, Mask, Series
from vestibule.core.evidence import Utility

BENDS_C = (8.0, 11.0, 13.0, 15.0, 17.0, 19.0, 22.0, 25.0)
FELT_BENDS_C = (8.0, 11.0, 13.5, 16.0)
MEMORY_H = 12
ROUNDS = 8
TRIM_SIGMA = 3.0
NOISE_FLOOR = 0.01
RIDGE = 0.1
LEAST_DAYS = 28
DOUBT_SIGMA = 2.0
LEAST_SAMPLES = 15


class Baseline(msgspec.Struct, frozen=True, eq=False):
    """Per hour of the grid, in the meter's unit: `expected`, with holidays taken as the ordinary day their weekday is,
    and `closed`, as if the building were closed that day. `trusted` are the days (shape: days) close to expected.

    Departures are shares of what is expected, or of the mean use where less is expected. `sigma` is the robust standard
    deviation of a day's departure, `persistence` its autocorrelation from one day to the next, `sigma_week` the robust
    standard deviation of the departure of seven days together.
    """

    expected: Series
    closed: Series
    trusted: Mask
    sigma: float
    persistence: float
    sigma_week: float

    def sigma_of(self, days: float) -> float:
        """Standard deviation of the departure over that many days: as an AR(1) process, but from a week on no less than
        weeks were seen to depart, because what the model misses does not average out."""
        process = self.sigma * float(np.sqrt((1 + self.persistence) / (1 - self.persistence) / max(days, 1.0)))
        return max(process, self.sigma_week) if days >= 7 else process


def fit(series: BuildingSeries, utility: Utility, excluded: Mask) -> Baseline | None:
    """Fit a meter without the `excluded` days (shape: days). None if fewer than four weeks of readings are left."""
    return _fit(series, series.amounts[utility], _design(series), excluded)


def fit_plant(series: BuildingSeries, excluded: Mask) -> Baseline | None:
    """Fit electricity to what is expected for the chilled water that was metered: what is left over is efficiency.

    None without a chilled-water meter, too.
    """
    cooling = series.amounts.get("chilled_water")
    if cooling is None:
        return None
    amounts = np.where(np.isnan(cooling), np.nan, series.amounts["electricity"])
    return _fit(series, amounts, _plant_design(series, np.nan_to_num(cooling)), excluded)


def _fit(series: BuildingSeries, amounts: Series, design: Series, excluded: Mask) -> Baseline | None:
    grid = series.grid
    usable = ~np.isnan(amounts)
    candidates = (grid.by_day(usable.astype(np.float64)) >= 20) & ~excluded & ~days_off(series)
    if candidates.sum() < LEAST_DAYS:
        return None
    regression = _Regression(series, amounts, design)
    weight = candidates.astype(np.float64)
    expected, closed, departure, sigma = amounts, amounts, weight, NOISE_FLOOR
    for _ in range(ROUNDS):
        expected, closed = regression.fit(np.where(usable, weight[grid.day], 0.0))
        departure, active = daily_departure(grid, amounts, expected)
        sigma = robust_sigma(departure[candidates & active])
        weight = candidates / (1 + (departure / (DOUBT_SIGMA * sigma)) ** 2)
    trusted = candidates & (np.abs(departure) < TRIM_SIGMA * sigma)
    week = _sigma_week(departure, trusted)
    return Baseline(expected, closed, trusted, sigma, _persistence(departure, trusted), week)


def daily_departure(grid: Grid, amounts: Series, expected: Series) -> tuple[Series, Mask]:
    """Per day, (used - expected) / expected over the hours present, and whether the day is active: at least the mean
    day is expected. Other days are held against the mean, so that nothing divides by next to nothing."""
    known = ~np.isnan(amounts)
    daily = grid.by_day(np.where(known, expected, 0.0))
    hours = grid.by_day(known.astype(np.float64))
    least = expected.mean() * hours
    return (grid.by_day(amounts) - daily) / np.maximum(np.maximum(daily, least), 1e-9), daily > least


def open_days(series: BuildingSeries) -> Mask:
    """Per day: whether the schedule has the building in use, holidays not considered."""
    weekdays = [DAYS.index(day) for day in series.building.schedule.days]
    return np.array([day.weekday() in weekdays for day in series.grid.days], dtype=np.bool_)


def days_off(series: BuildingSeries) -> Mask:
    """Per day: whether it is a holiday of the calendar."""
    return np.array([day in series.holidays for day in series.grid.days], dtype=np.bool_)


class _Regression:
    """One least-squares line per hour of open and of closed days, ridged so that few days do not bend it wildly."""

    def __init__(self, series: BuildingSeries, amounts: Series, design: Series) -> None:
        self._amounts = amounts
        self._design = design
        hour, weekday = series.grid.hour, series.grid.weekday
        is_open = open_days(series)[series.grid.day]
        self._open = [np.flatnonzero(is_open & (hour == h)) for h in range(24)]
        self._closed = [np.flatnonzero(~is_open & (hour == h)) for h in range(24)]
        self._weekly = weekday * 24 + hour
        self._all = [np.flatnonzero(hour == h) for h in range(24)]

    def fit(self, weight: Series) -> tuple[Series, Series]:
        """Expected use, and expected use were every day closed, from the hours as far as they have weight."""
        expected = np.zeros(len(self._amounts))
        closed = np.zeros(len(self._amounts))
        for h in range(24):
            open_line = self._line(self._open[h], weight)
            closed_line = self._line(self._closed[h], weight)
            for line, hours in ((open_line, self._open[h]), (closed_line, self._closed[h])):
                usual = line if line is not None else open_line if open_line is not None else closed_line
                if usual is not None:
                    expected[hours] = self._design[hours] @ usual
            resting = closed_line if closed_line is not None else open_line
            if resting is not None:
                closed[self._all[h]] = self._design[self._all[h]] @ resting
        expected += self._habit(expected, weight)
        return np.maximum(expected, 0.0), np.maximum(closed, 0.0)

    def _line(self, hours: Index, weight: Series) -> Series | None:
        hours = hours[weight[hours] > 0]
        if len(hours) < LEAST_SAMPLES:
            return None
        x, y = self._design[hours], self._amounts[hours]
        weighted = x.T * weight[hours]
        penalty = np.full(x.shape[1], RIDGE)
        penalty[0] = 1e-6
        return np.asarray(np.linalg.solve(weighted @ x + np.diag(penalty), weighted @ y))

    def _habit(self, expected: Series, weight: Series) -> Series:
        """What each hour of the week adds on average, drawn towards nothing by four weeks' weight."""
        left = np.where(weight > 0, self._amounts - expected, 0.0) * weight
        total = np.bincount(self._weekly, left, minlength=168)
        return np.asarray((total / (np.bincount(self._weekly, weight, minlength=168) + 4))[self._weekly])


def _design(series: BuildingSeries) -> Series:
    """Regressors of every hour, each of about unit size; shape (hours, regressors)."""
    outdoors, solar = series.weather.temperature_c, series.weather.solar_w_m2
    warm_sun = solar / 300 * np.clip((outdoors - 13) / 6, 0, 1)
    padded = np.concatenate([np.full(MEMORY_H - 1, outdoors[0]), outdoors])
    felt = np.convolve(padded, np.full(MEMORY_H, 1 / MEMORY_H), mode="valid")
    bends = [np.maximum(0.0, outdoors - bend) / 5 for bend in BENDS_C]
    felt_bends = [np.maximum(0.0, felt - bend) / 5 for bend in FELT_BENDS_C]
    return np.column_stack(
        [np.ones(len(outdoors)), outdoors / 10, solar / 300, warm_sun, felt / 10, *felt_bends, *bends]
    )


def _sigma_week(departure: Series, trusted: Mask) -> float:
    """Over all stretches of seven days of which at least five are trusted."""
    days = np.convolve(trusted, np.ones(7), mode="valid")
    weeks = np.convolve(np.where(trusted, departure, 0.0), np.ones(7), mode="valid")[days >= 5] / days[days >= 5]
    return robust_sigma(weeks)


def robust_sigma(values: Series) -> float:
    """Standard deviation by the median absolute deviation, as for a normal distribution; at least `NOISE_FLOOR`."""
    if not len(values):
        return NOISE_FLOOR
    return max(NOISE_FLOOR, 1.4826 * float(np.median(np.abs(values - np.median(values)))))


def _plant_design(series: BuildingSeries, cooling: Series) -> Series:
    """The same for electricity given chilled water: a chiller's efficiency depends on the outdoor temperature."""
    outdoors, solar = series.weather.temperature_c, series.weather.solar_w_m2
    load = cooling / max(float(cooling.mean()), 1e-9)
    return np.column_stack([np.ones(len(load)), solar / 300, load, load * (outdoors - 20) / 10])


def _persistence(departure: Series, trusted: Mask) -> float:
    """Autocorrelation at one day, within 0 to 0.8, from pairs of days that are both trusted."""
    pairs = trusted[1:] & trusted[:-1]
    if pairs.sum() < LEAST_DAYS:
        return 0.5
    today, yesterday = departure[1:][pairs], departure[:-1][pairs]
    if min(today.std(), yesterday.std()) < 1e-9:
        return 0.0
    return float(np.clip(np.corrcoef(today, yesterday)[0, 1], 0.0, 0.8))
