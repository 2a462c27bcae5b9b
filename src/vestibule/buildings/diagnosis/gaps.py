"""Stretches in which a meter has no readings. What was used then is not known, which is not the same as low use."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vestibule.buildings.baseline import Baseline
from vestibule.buildings.series import BuildingSeries, Mask
from vestibule.buildings.speech import SAID, UNIT, hour, metered
from vestibule.core.evidence import Finding, Period, Quantity, Utility

LEAST_HOURS = 6


def gaps(series: BuildingSeries, baselines: Mapping[Utility, Baseline]) -> list[Finding]:
    """One finding for each stretch of at least six missing hours of one meter."""
    return [
        _finding(series, utility, baselines.get(utility), first, end)
        for utility, amounts in series.amounts.items()
        for first, end in missing_runs(np.isnan(amounts))
        if end - first >= LEAST_HOURS
    ]


def missing_runs(missing: Mask) -> list[tuple[int, int]]:
    """Stretches [first, end) of missing hours."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _finding(series: BuildingSeries, utility: Utility, baseline: Baseline | None, first: int, end: int) -> Finding:
    start, stop = series.grid.at(first), series.grid.at(end)
    missing = Quantity("missing_hours", end - first, "h")
    quantities = [missing]
    signs = [f"The {SAID[utility]} meter has no reading from {hour(start)} to {hour(stop)}."]
    if baseline is not None:
        usual = Quantity(f"usual_{utility}", float(baseline.expected[first:end].sum()), UNIT[utility])
        quantities.append(usual)
        signs.append(f"In those hours {metered(usual, utility)} would be usual; what was really used is not known.")
    return Finding(
        cause="meter_gap",
        period=Period(start, stop, f"{hour(start)} to {hour(stop)}"),
        confidence=1.0,
        summary=(
            f"{end - first} hours of readings are missing on the {SAID[utility]} meter of {series.building.name}"
            f" (a gap from {hour(start)} to {hour(stop)}): totals over it are too low, which is not low use."
        ),
        signs=tuple(signs),
        quantities=tuple(quantities),
    )
