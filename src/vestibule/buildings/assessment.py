"""One building judged over all its data, for a question about one period: what each meter was expected to use, and what
is found to explain departures. Pure; takes some 100 ms, so call it from a thread."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from vestibule.buildings.baseline import Baseline, days_off, fit, fit_plant
from vestibule.buildings.diagnosis import closed_days, closures, departures, fault_findings, find_faults, gaps
from vestibule.buildings.series import BuildingSeries, Mask
from vestibule.core.evidence import Finding, Period, Utility

PASSES = 4
LONGEST_LEFT_OUT = 0.3


class Assessment(msgspec.Struct, frozen=True, eq=False):
    """`findings` are those of all the data, not only of the period asked about, by time. `left_out` tells whether the
    baselines rest on data outside that period alone. Meters with less than four weeks of readings have no baseline."""

    baselines: Mapping[Utility, Baseline]
    findings: tuple[Finding, ...]
    left_out: bool


def assess(series: BuildingSeries, period: Period) -> Assessment:
    """Fit and diagnose in turns: days found faulty are left out of the next fit, until nothing changes."""
    days = len(series.grid.days)
    asked = np.zeros(days, dtype=np.bool_)
    asked[series.grid.day_window(period)] = True
    left_out = bool(asked.sum() <= LONGEST_LEFT_OUT * days)
    if not left_out:
        asked[:] = False
    faulty = np.zeros(days, dtype=np.bool_)
    for _ in range(PASSES):
        baselines, findings, explained = _look(series, asked | faulty)
        if (explained == faulty).all():
            break
        faulty = explained
    return Assessment(baselines, tuple(sorted(findings, key=lambda f: f.period.start)), left_out)


def _look(series: BuildingSeries, excluded: Mask) -> tuple[dict[Utility, Baseline], list[Finding], Mask]:
    baselines = {u: b for u in series.amounts if (b := fit(series, u, excluded)) is not None}
    found = gaps(series, baselines)
    explained = np.zeros(len(series.grid.days), dtype=np.bool_)
    if "electricity" in baselines:
        closed = closed_days(series, baselines["electricity"])
        found += closures(series, baselines["electricity"], closed)
        explained[closed] = True
    if baselines:
        measured = departures(series, baselines, fit_plant(series, excluded), explained | days_off(series))
        faults = find_faults(series, baselines, measured)
        found += fault_findings(series, faults)
        for fault in faults:
            explained[fault.first : fault.end] = True
    return baselines, found, explained
