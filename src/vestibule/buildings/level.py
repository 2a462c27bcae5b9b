"""Whether what a meter counted in a period is more or less than chance makes it."""

from __future__ import annotations

from typing import Literal

import msgspec

from vestibule.buildings.assessment import Assessment
from vestibule.buildings.context import Usage
from vestibule.buildings.diagnosis.departures import LEAST_SHARE
from vestibule.buildings.speech import UNIT
from vestibule.core.evidence import Quantity

SIGMAS = 3.0


class Level(msgspec.Struct, frozen=True):
    """`expected` covers the hours that have readings; `departure` from it is in %, `excess` in the meter's unit.
    Departures within ± `normal_range` (%: three robust sigma, and at least `LEAST_SHARE`) are normal."""

    verdict: Literal["high", "low", "normal"]
    expected: Quantity
    excess: Quantity
    departure: Quantity
    normal_range: Quantity
    method: str

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return self.expected, self.excess, self.departure, self.normal_range


def level_of(usage: Usage, assessment: Assessment) -> Level | None:
    """None where the meter has no baseline, or no reading in the period."""
    baseline = assessment.baselines.get(usage.utility)
    if baseline is None or not usage.present:
        return None
    known = usage.known
    expected = float(baseline.expected[usage.window][known].sum())
    excess = usage.total.value - expected
    scale = max(expected, float(baseline.expected.mean()) * usage.present, 1e-9)
    sigma = baseline.sigma_of(usage.present / 24)
    tolerance = max(SIGMAS * sigma * scale, LEAST_SHARE[usage.utility] * expected)
    percent = 100 / max(expected, 1e-9)
    unit = UNIT[usage.utility]
    return Level(
        verdict="normal" if abs(excess) <= tolerance else "high" if excess > 0 else "low",
        expected=Quantity("expected", expected, unit),
        excess=Quantity("excess", excess, unit),
        departure=Quantity("departure", excess * percent, "%"),
        normal_range=Quantity("normal_range", tolerance * percent, "%"),
        method=(
            "expected use from a robust time-of-week-and-temperature regression over the "
            + ("rest of the data, without the period itself" if assessment.left_out else "whole of the data")
        ),
    )
