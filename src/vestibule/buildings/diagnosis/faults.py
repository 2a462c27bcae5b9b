"""Stretches of days on which plant wastes energy, and the cause that the pattern over all meters points to.

What points to what: a setback that failed shows in nights and weekends and leaves the hours of use alone; a damper
stuck open shows in the hours of use as cooling when it is warm and as heating when it is cold, the more the further the
outdoor air is from 16 °C; a chiller that lost efficiency takes more electricity for no more chilled water.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from vestibule.buildings.baseline import Baseline, open_days
from vestibule.buildings.diagnosis.departures import LEAST_SHARE, Departures, Stream
from vestibule.buildings.diagnosis.runs import maximal_runs
from vestibule.buildings.series import BuildingSeries, Mask, Series
from vestibule.core.evidence import Cause, Utility

HIGH_SIGMAS = 2.5
CAP_SIGMAS = 8.0
LEAST_SCORE = 8.0
LONGEST_LULL_DAYS = 4
SAME_FAULT_DAYS = 7
SUPPLY_AIR_C = 16.0


class Part(msgspec.Struct, frozen=True):
    """A meter in one part of the day over a stretch, in the meter's unit. `share` is excess over expected, or over half
    of what the meter uses on average where hardly anything is expected."""

    excess: float
    expected: float
    share: float


class Fault(msgspec.Struct, frozen=True, eq=False):
    """Days [first, end) of the grid. `cause` is None where the pattern points to none that we know."""

    first: int
    end: int
    cause: Cause | None
    used: Mapping[Utility, Part]
    resting: Mapping[Utility, Part]
    plant: Part | None

    def excess(self, utility: Utility) -> float:
        """Of the whole day."""
        return sum(part[utility].excess for part in (self.used, self.resting) if utility in part)


def find_faults(series: BuildingSeries, baselines: Mapping[Utility, Baseline], measured: Departures) -> list[Fault]:
    """All stretches of the data with more use than expected that have a known cause, in order."""
    runs = maximal_runs(_scores(series, measured), LONGEST_LULL_DAYS)
    faults = [_fault(series, baselines, measured, first, end) for first, end, score in runs if score >= LEAST_SCORE]
    joined: list[Fault] = []
    for fault in faults:
        if fault.cause is None:
            continue
        last = joined[-1] if joined else None
        if last and last.cause == fault.cause and fault.first - last.end <= SAME_FAULT_DAYS:
            joined[-1] = _fault(series, baselines, measured, last.first, fault.end, fault.cause)
        else:
            joined.append(fault)
    return joined


def _scores(series: BuildingSeries, measured: Departures) -> list[float]:
    """Per day: how far the meter that is most above expected exceeds what chance does; a price for days without.

    Days on which the plant rests by schedule cost less: a fault of the hours of use cannot show on them.
    """
    parts = (measured.used, measured.resting)
    streams = [(s, LEAST_SHARE[u]) for part in parts for u, s in part.items()]
    if measured.plant:
        streams.append((measured.plant, LEAST_SHARE["electricity"]))
    sigmas = np.max([np.where(s.share >= least, s.sigmas, 0.0) for s, least in streams], axis=0)
    price = np.where(open_days(series), HIGH_SIGMAS, 1.0)
    high = np.minimum(sigmas, CAP_SIGMAS) - HIGH_SIGMAS
    scores: list[float] = np.where(high > 0, high, -price).tolist()
    return scores


def _fault(
    series: BuildingSeries,
    baselines: Mapping[Utility, Baseline],
    measured: Departures,
    first: int,
    end: int,
    cause: Cause | None = None,
) -> Fault:
    fault = Fault(
        first,
        end,
        cause,
        {u: _part(s, first, end) for u, s in measured.used.items()},
        {u: _part(s, first, end) for u, s in measured.resting.items()},
        _part(measured.plant, first, end) if measured.plant else None,
    )
    if cause is None:
        view = View(series, baselines, measured.use_hours, fault)
        cause = next((name for name, holds in CAUSES if holds(view)), None)
    return msgspec.structs.replace(fault, cause=cause)


def _part(stream: Stream, first: int, end: int) -> Part:
    excess, scale = float(stream.excess[first:end].sum()), float(stream.scale[first:end].sum())
    return Part(excess, float(stream.expected[first:end].sum()), excess / scale if scale > 0 else 0.0)


class View(msgspec.Struct, frozen=True, eq=False):
    """One stretch, as the rules look at it."""

    series: BuildingSeries
    baselines: Mapping[Utility, Baseline]
    use_hours: Mask
    fault: Fault

    def share_used(self, utility: Utility) -> float:
        return self.fault.used[utility].share if utility in self.fault.used else 0.0

    def mostly_resting(self, utility: Utility) -> bool:
        """Whether nights and weekends carry the excess: high themselves, and at least two thirds of it."""
        if utility not in self.fault.resting:
            return False
        resting, used = self.fault.resting[utility], self.fault.used[utility]
        return resting.share > 0.1 and resting.excess > 2 * max(used.excess, 0.0)

    def mostly_used(self, utility: Utility, least_share: float) -> bool:
        """Whether the hours of use are high, by at least `least_share`, and carry two thirds of the excess."""
        if utility not in self.fault.used:
            return False
        resting, used = self.fault.resting.get(utility), self.fault.used[utility]
        return used.share > least_share and (resting is None or used.excess > 2 * max(resting.excess, 0.0))

    def follows(self, utility: Utility, driver: Series) -> bool:
        """Whether the hourly excess in hours of use goes with `driver` (shape: hours), as far as that varies."""
        hours = self.series.grid.hours_of_days(self.fault.first, self.fault.end)
        amounts = self.series.amounts[utility][hours]
        counted = self.use_hours[hours] & ~np.isnan(amounts)
        excess = (amounts - self.baselines[utility].expected[hours])[counted]
        cause = driver[hours][counted]
        if not len(cause) or cause.mean() <= 0:
            return False
        varies = cause.std() > LEAST_VARIATION * cause.mean()
        return not varies or float(np.corrcoef(excess, cause)[0, 1]) > LEAST_CORRELATION

    @property
    def kelvin_from_supply(self) -> Series:
        """Per hour: how far the outdoor air is from what is supplied."""
        return np.abs(self.series.weather.temperature_c - SUPPLY_AIR_C)


def _failed_setback(view: View) -> bool:
    return view.mostly_resting("electricity") or (view.mostly_resting("gas") and view.fault.resting["gas"].share > 0.3)


def _stuck_damper(view: View) -> bool:
    return any(
        view.mostly_used(utility, DAMPER_SHARE) and view.follows(utility, view.kelvin_from_supply)
        for utility in ("chilled_water", "gas")
    )


def _chiller_fault(view: View) -> bool:
    plant = view.fault.plant
    return plant is not None and plant.share > LEAST_SHARE["electricity"] and view.share_used("chilled_water") < 0.1


LEAST_CORRELATION = 0.2
LEAST_VARIATION = 0.3
DAMPER_SHARE = 0.15
CAUSES: tuple[tuple[Cause, Callable[[View], bool]], ...] = (
    ("failed_setback", _failed_setback),
    ("stuck_damper", _stuck_damper),
    ("chiller_fault", _chiller_fault),
)
