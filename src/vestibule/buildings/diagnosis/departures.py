"""How far each meter is from expected, day by day, in the hours of use and in the rest. Knows no cause."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from vestibule.buildings.baseline import Baseline, days_off, open_days, robust_sigma
from vestibule.buildings.series import BuildingSeries, Mask, Series
from vestibule.core.evidence import Utility

BEFORE_OPENING_H = 1.0
LEAST_SCALE = 0.5
# a departure smaller than this is not worth a word: below, the regression cannot tell it from weather
LEAST_SHARE: dict[Utility, float] = {"electricity": 0.05, "gas": 0.1, "chilled_water": 0.1}


class Stream(msgspec.Struct, frozen=True, eq=False):
    """One meter in one part of the day. Per day: `excess` in the meter's unit and the `expected` of the same hours
    (both over hours with a reading), `scale` = max(expected, half of what the meter uses on average), `share` = excess
    over scale, and `sigmas` = share over its robust standard deviation; 0 where the day has no such hours."""

    excess: Series
    expected: Series
    scale: Series
    share: Series
    sigmas: Series


class Departures(msgspec.Struct, frozen=True, eq=False):
    """`used` are the hours in which people or plant are at work by the schedule, `resting` the others. A building that
    never closes has no resting hours. `plant` is electricity in hours of use with cooling, held against what is
    expected for the chilled water metered."""

    used: Mapping[Utility, Stream]
    resting: Mapping[Utility, Stream]
    plant: Stream | None
    use_hours: Mask


def departures(
    series: BuildingSeries, baselines: Mapping[Utility, Baseline], plant: Baseline | None, ignored: Mask
) -> Departures:
    """`ignored` days (shape: days) count as if they had no reading."""
    use_hours = hours_of_use(series)

    def stream(utility: Utility, baseline: Baseline, hours: Mask) -> Stream:
        return _stream(series, utility, baseline, hours & ~ignored[series.grid.day])

    return Departures(
        used={u: stream(u, baseline, use_hours) for u, baseline in baselines.items()},
        resting={} if use_hours.all() else {u: stream(u, baseline, ~use_hours) for u, baseline in baselines.items()},
        plant=None if plant is None else stream("electricity", plant, use_hours & cooled(series)),
        use_hours=use_hours,
    )


def cooled(series: BuildingSeries) -> Mask:
    """Per hour: whether chilled water was metered, and more of it than a tenth of the mean."""
    cooling = series.amounts["chilled_water"]
    return np.nan_to_num(cooling) > 0.1 * float(np.nanmean(cooling))


def hours_of_use(series: BuildingSeries) -> Mask:
    """Per hour: from an hour before opening until closing on open days that are no holidays; always, if it never
    closes."""
    opens, closes = series.building.schedule.hours
    weekly = open_days(series)
    if weekly.all() and closes - opens >= 24:
        return np.ones(len(series.grid), dtype=np.bool_)
    hour = series.grid.hour
    return (hour >= opens - BEFORE_OPENING_H) & (hour < closes) & (weekly & ~days_off(series))[series.grid.day]


def _stream(series: BuildingSeries, utility: Utility, baseline: Baseline, hours: Mask) -> Stream:
    amounts, grid = series.amounts[utility], series.grid
    counted = hours & ~np.isnan(amounts)
    expected = grid.by_day(np.where(counted, baseline.expected, 0.0))
    excess = grid.by_day(np.where(counted, amounts - baseline.expected, 0.0))
    least = LEAST_SCALE * float(baseline.expected.mean()) * grid.by_day(counted.astype(np.float64))
    scale = np.maximum(expected, least)
    share = excess / np.maximum(scale, 1e-9)
    sigma = robust_sigma(share[baseline.trusted & (least > 0)])
    return Stream(excess, expected, scale, share, share / sigma)
