"""What counts as growth: more than when first warm, at any time after."""

from __future__ import annotations

import os
import sys
import time

from benchmarks.gateway.memory import Sample, growth_mib, held
from benchmarks.gateway.processes import running


def samples(*resident: float) -> list[Sample]:
    return [Sample(1000 * number, number, mib, mib, mib) for number, mib in enumerate(resident)]


def test_what_fills_at_first_is_no_growth_and_what_comes_and_goes_is() -> None:
    assert growth_mib(samples(100, 120, *[120.5] * 9)) == 0.5
    assert growth_mib(samples(100, 120, 121, 140, 125, 121)) == 20
    assert growth_mib(samples(100, 130, 90, 80)) == 0


def test_a_process_is_asked_what_it_holds() -> None:
    with running(
        [sys.executable, "-c", "import time; time.sleep(60)"], cpus=sorted(os.sched_getaffinity(0))
    ) as process:
        time.sleep(0.5)
        sample = held(process, 7, time.monotonic())
    assert sample.requests == 7
    assert 1 < sample.anonymous <= sample.resident < 100
    assert 1 < sample.share <= sample.resident
