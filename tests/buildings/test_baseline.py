"""The baseline on series whose making is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.buildings.reference import ZONE, days
from vestibule.buildings.assessment import assess
from vestibule.buildings.baseline import fit
from vestibule.buildings.calls import Direction
from vestibule.buildings.context import Usage
from vestibule.buildings.explanation import Explanation, explain
from vestibule.buildings.portfolio import Building, Meter, Schedule
from vestibule.buildings.series import BuildingSeries, Series, Weather, grid_of, hours_in
from vestibule.core.evidence import Period

GRID = grid_of(datetime(2025, 1, 1, tzinfo=ZONE), datetime(2026, 1, 1, tzinfo=ZONE), ZONE)
HOURS = np.arange(len(GRID))
TEMPERATURE = 10 - 10 * np.cos(2 * np.pi * HOURS / 8760) + 4 * np.sin(2 * np.pi * (HOURS - 9) / 24)
OPEN = (GRID.weekday < 5) & (GRID.hour >= 8) & (GRID.hour < 18)
TRUE = 20 + 60 * OPEN + 2.0 * np.maximum(0, TEMPERATURE - 15) * OPEN
NONE = np.zeros(len(GRID.days), dtype=np.bool_)
WEEK = days(date(2025, 6, 16), date(2025, 6, 22), "16–22 June 2025")


def office(amounts: Series) -> BuildingSeries:
    schedule = Schedule(("mon", "tue", "wed", "thu", "fri"), "08:00", "18:00")
    return BuildingSeries(
        building=Building("o", "Office", "office", 1000, schedule),
        grid=GRID,
        weather=Weather(TEMPERATURE, np.zeros(len(GRID))),
        meters={"electricity": Meter("o.e", "o", "electricity", "kWh")},
        amounts={"electricity": amounts},
        holidays={date(2025, 5, 1): "Labour Day"},
    )


def noisy(seed: int = 1) -> Series:
    return np.asarray(TRUE * (1 + 0.03 * np.random.default_rng(seed).standard_normal(len(TRUE))))


def ask(series: BuildingSeries, period: Period, direction: Direction | None = None) -> Explanation:
    window = GRID.window(period)
    usage = Usage(series, "electricity", period, window, series.amounts["electricity"][window], hours_in(period))
    return explain(series, [usage], assess(series, period), period, direction)


def test_it_finds_what_made_the_series() -> None:
    baseline = fit(office(noisy()), "electricity", NONE)
    assert baseline is not None
    week = GRID.window(WEEK)
    assert baseline.expected[week].sum() == pytest.approx(TRUE[week].sum(), rel=0.01)
    assert baseline.closed[week].sum() == pytest.approx(20 * 168, rel=0.01)
    assert np.abs(baseline.expected - TRUE).mean() < 0.02 * TRUE.mean()
    assert baseline.trusted.mean() > 0.95
    assert baseline.sigma_of(7) < 0.02


def test_faulty_weeks_do_not_bend_it() -> None:
    amounts = noisy()
    fault = GRID.window(days(date(2025, 7, 1), date(2025, 7, 21)))
    amounts[fault] *= 1.4
    baseline = fit(office(amounts), "electricity", NONE)
    assert baseline is not None
    assert baseline.expected[fault].sum() == pytest.approx(TRUE[fault].sum(), rel=0.03)
    touched = GRID.day_window(days(date(2025, 7, 1), date(2025, 7, 21)))
    assert not baseline.trusted[touched].any()


def test_the_excluded_period_has_no_say() -> None:
    amounts = noisy()
    excluded = NONE.copy()
    excluded[GRID.day_window(WEEK)] = True
    before = fit(office(amounts), "electricity", excluded)
    amounts[GRID.window(WEEK)] = 1e6
    after = fit(office(amounts), "electricity", excluded)
    assert before is not None
    assert after is not None
    assert np.array_equal(before.expected, after.expected)


def test_too_little_data_has_no_baseline() -> None:
    amounts = np.full(len(GRID), np.nan)
    amounts[: 20 * 24] = 5.0
    series = office(amounts)
    assert fit(series, "electricity", NONE) is None
    said = ask(series, days(date(2025, 1, 6), date(2025, 1, 12), "the week"))
    assert "too little other data" in said.statements[0]
    assert [finding.cause for finding in said.findings] == []


def test_a_few_weeks_are_enough() -> None:
    amounts = noisy()
    amounts[60 * 24 :] = np.nan
    baseline = fit(office(amounts), "electricity", NONE)
    assert baseline is not None
    assert baseline.expected[: 60 * 24].sum() == pytest.approx(TRUE[: 60 * 24].sum(), rel=0.03)


def test_a_quiet_week_is_normal() -> None:
    said = ask(office(noisy()), WEEK, "high")
    assert said.findings == ()
    assert "within the normal range" in said.statements[0]
    assert "Nothing unusual" in said.statements[-1]


@pytest.mark.parametrize(("factor", "verdict"), [(1.2, "high"), (0.8, "low")])
def test_a_departure_without_a_pattern_is_not_given_a_cause(factor: float, verdict: Direction) -> None:
    amounts = noisy()
    amounts[GRID.window(WEEK)] *= factor
    said = ask(office(amounts), WEEK, verdict)
    assert [finding.cause for finding in said.findings] == ["unexplained"]
    assert f"unusually {verdict}" in said.statements[0]
    other: Direction = "low" if verdict == "high" else "high"
    assert ask(office(amounts), WEEK, other).statements == said.statements


def test_one_noisy_hour_is_no_fault() -> None:
    amounts = noisy()
    amounts[GRID.window(WEEK).start + 12] *= 4
    assert ask(office(amounts), WEEK, "high").findings == ()


def test_flat_and_empty_meters_do_no_harm() -> None:
    for amounts in (np.zeros(len(GRID)), np.full(len(GRID), 3.0), np.full(len(GRID), np.nan)):
        said = ask(office(amounts), WEEK)
        assert {finding.cause for finding in said.findings} <= {"meter_gap"}


def test_closures_are_seen_on_their_day() -> None:
    amounts = noisy()
    for day in (date(2025, 5, 1), date(2025, 6, 17)):
        hours = GRID.window(days(day, day))
        amounts[hours] = 20.0
    found = [f for f in assess(office(amounts), WEEK).findings if f.cause == "holiday"]
    assert [f.period.start.date() for f in found] == [date(2025, 5, 1), date(2025, 6, 17)]
    assert "Labour Day" in found[0].summary
    assert "the calendar names no holiday" in found[1].summary
    assert found[1].period.end - found[1].period.start == timedelta(days=1)


def test_a_closed_day_is_no_reason_for_high_use() -> None:
    amounts = noisy()
    amounts[GRID.window(days(date(2025, 6, 17), date(2025, 6, 17)))] = 20.0
    june = days(date(2025, 6, 1), date(2025, 6, 30), "June 2025")
    assert ask(office(amounts), june, "high").findings == ()
    assert [f.cause for f in ask(office(amounts), june, "low").findings] == ["holiday"]
