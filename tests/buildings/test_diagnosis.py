"""Planted events are named for what they are, and quiet weeks are left alone. Judged by the truth, which the product
never reads. The wide measurement is `benchmarks/buildings/diagnosis.py`."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.buildings.reference import days
from vestibule.buildings import AnalyticCall, BuildingData
from vestibule.buildings.calls import Direction
from vestibule.buildings.diagnosis.gaps import missing_runs
from vestibule.buildings.diagnosis.runs import maximal_runs
from vestibule.core.evidence import Utility
from vestibule.demo.model import World

NAMES = {
    "stuck_damper": "damper",
    "failed_setback": "setback",
    "chiller_fault": "chiller",
    "holiday": "closed",
    "meter_gap": "missing",
}


async def test_planted_events_are_named(buildings: BuildingData, imported: str, world: World) -> None:
    asked = 0
    for event in world.events:
        carrier: Utility = event.utilities[0]
        direction: Direction = "high" if event.direction == "high" else "low"
        period = days(event.start.date(), (event.end - timedelta(seconds=1)).date())
        for utility in (carrier, None):
            result = await buildings.run(
                imported, AnalyticCall("explain", (event.building,), utility, period, None, None, direction)
            )
            assert [f.cause for f in result.findings] == [event.cause], (event.building, event.cause, utility)
            finding = result.findings[0]
            assert abs(finding.period.start - event.start) <= timedelta(days=3)
            assert abs(finding.period.end - event.end) <= timedelta(days=3)
            assert NAMES[event.cause] in " ".join(result.statements).lower().replace("holiday", "closed")
            asked += 1
    assert {event.cause for event in world.events} == set(NAMES)
    assert asked > 40


async def test_what_a_fault_took_is_told_within_a_fifth(buildings: BuildingData, imported: str, world: World) -> None:
    for event in world.events:
        if event.direction != "high":
            continue
        period = days(event.start.date(), (event.end - timedelta(days=1)).date())
        result = await buildings.run(imported, AnalyticCall("explain", (event.building,), None, period))
        said = {q.name: q.value for q in result.findings[0].quantities}
        largest = max(event.excess, key=lambda utility: event.excess[utility])
        assert said[f"excess_{largest}"] == pytest.approx(event.excess[largest], rel=0.2)


async def test_a_finding_is_reported_with_its_own_period(buildings: BuildingData, imported: str, world: World) -> None:
    event = next(e for e in world.events if e.building == "harbour-office" and e.start.month == 7)
    middle = event.start.date() + timedelta(days=3)
    period = days(middle, middle + timedelta(days=2))
    result = await buildings.run(
        imported, AnalyticCall("explain", (event.building,), "electricity", period, None, None, "high")
    )
    assert [f.cause for f in result.findings] == [event.cause]
    assert result.findings[0].period.start < period.start
    assert result.findings[0].period.end > period.end


async def test_quiet_weeks_are_normal(buildings: BuildingData, imported: str, world: World) -> None:
    for week in world.quiet_weeks:
        period = days(week.start, week.end - timedelta(days=1))
        for tool in ("explain", "anomalies"):
            result = await buildings.run(imported, AnalyticCall(tool, (week.building,), None, period))
            assert result.findings == (), (week.building, week.start)
            assert "within the normal range" in result.statements[0]
            said = " ".join(result.statements).lower()
            assert not any(name in said for name in NAMES.values())


async def test_anomalies_name_the_days(buildings: BuildingData, imported: str, world: World) -> None:
    event = next(e for e in world.events if e.cause == "failed_setback")
    period = days(event.start.date(), (event.end - timedelta(days=1)).date())
    result = await buildings.run(imported, AnalyticCall("anomalies", (event.building,), "electricity", period))
    count = next(q.value for q in result.quantities if q.name == "electricity_days")
    length = (event.end.date() - event.start.date()).days
    assert 0.7 * length <= count <= length
    assert "departed from expected" in result.statements[-1]


@given(st.lists(st.integers(-4, 4), max_size=24))
def test_maximal_runs_are_those_that_the_definition_gives(scores: list[int]) -> None:
    """By definition (Ruzzo and Tompa 1999, divide and conquer): the best stretch, then those left and right of it."""

    def by_definition(low: int, high: int) -> list[tuple[int, int]]:
        stretches = [(sum(scores[a:b]), -(b - a), -a, a, b) for a in range(low, high) for b in range(a + 1, high + 1)]
        best = max(stretches, default=(0, 0, 0, 0, 0))
        if best[0] <= 0:
            return []
        return [*by_definition(low, best[3]), (best[3], best[4]), *by_definition(best[4], high)]

    found = maximal_runs(scores, longest_lull=99)
    assert [total for *_, total in found] == [sum(scores[a:b]) for a, b, _ in found]
    assert sum(total for *_, total in found) == sum(sum(scores[a:b]) for a, b in by_definition(0, len(scores)))


def test_a_long_lull_divides_a_run() -> None:
    scores = [9.0, 9.0, -1, -1, -1, 9.0]
    assert maximal_runs(scores, longest_lull=3) == [(0, 6, 24.0)]
    assert maximal_runs(scores, longest_lull=2) == [(0, 2, 18.0), (5, 6, 9.0)]


def test_missing_runs() -> None:
    missing = np.array([True, False, True, True, False, True])
    assert missing_runs(missing) == [(0, 1), (2, 4), (5, 6)]
    assert missing_runs(np.zeros(3, dtype=np.bool_)) == []
