"""Days of use on which a building rested: public holidays of the calendar, and closures of its own."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from vestibule.buildings.baseline import Baseline, open_days
from vestibule.buildings.diagnosis.wording import day_period
from vestibule.buildings.series import BuildingSeries
from vestibule.buildings.speech import above, amount, days, listed
from vestibule.core.evidence import Finding, Quantity

LEAST_HOURS = 20
LEAST_DIFFERENCE = 0.08
LIKENESS = 0.35
SIGMAS = 4.0


def closed_days(series: BuildingSeries, baseline: Baseline) -> list[int]:
    """Indices of days of use whose electricity is that of a closed day.

    A day lies at (used - closed) / (expected - closed) between a closed day (0) and an ordinary one (1); it counts as
    closed within ±0.35 of 0, if the two differ by at least 8 % and the day is 4 sigma below the ordinary one.
    """
    weekly, grid = open_days(series), series.grid
    if weekly.all() or not weekly.any():
        return []
    amounts = series.amounts["electricity"]
    known = ~np.isnan(amounts)
    used, expected, closed = (
        grid.by_day(np.where(known, values, 0.0)) for values in (amounts, baseline.expected, baseline.closed)
    )
    complete = weekly & (grid.by_day(known.astype(np.float64)) >= LEAST_HOURS)
    differ = complete & (expected - closed > LEAST_DIFFERENCE * expected)
    place = (used - closed) / np.where(differ, expected - closed, 1.0)
    low = used - expected < -SIGMAS * baseline.sigma * expected
    return [int(d) for d in np.flatnonzero(differ & low & (np.abs(place) < LIKENESS))]


def closures(series: BuildingSeries, baseline: Baseline, found: list[int]) -> list[Finding]:
    """One finding for each run of `found` days; days that the calendar names and days that it does not stay apart."""
    runs: list[list[int]] = []
    named = [day in series.holidays for day in series.grid.days]
    for d in found:
        if runs and d == runs[-1][-1] + 1 and named[d] == named[d - 1]:
            runs[-1].append(d)
        else:
            runs.append([d])
    return [_finding(series, baseline, run) for run in runs]


def _finding(series: BuildingSeries, baseline: Baseline, run: list[int]) -> Finding:
    grid = series.grid
    hours = grid.hours_of_days(run[0], run[-1] + 1)
    known = ~np.isnan(series.amounts["electricity"][hours])
    expected = float(baseline.expected[hours][known].sum())
    saved = float(series.amounts["electricity"][hours][known].sum()) - expected
    excess = Quantity("excess_electricity", saved, "kWh")
    less = Quantity("saved_electricity", -saved, "kWh")
    share = Quantity("excess_electricity_percent", 100 * saved / expected, "%")
    names = list(dict.fromkeys(series.holidays[day] for d in run if (day := grid.days[d]) in series.holidays))
    said = days(grid.days[run[0]], grid.days[run[-1]])
    why = f"a holiday ({listed(names)})" if names else "closed, though the calendar names no holiday"
    return Finding(
        cause="holiday",
        period=day_period(grid, grid.days[run[0]], grid.days[run[-1]] + timedelta(days=1)),
        confidence=0.95 if names else 0.85,
        summary=f"{series.building.name} ran as on a day off on {said}: it was {why}.",
        signs=(
            f"Electricity was {above(share)} that of an ordinary day of the same weekday ({amount(less)} less)"
            " and matched a closed day.",
        ),
        quantities=(excess, less, share),
    )
