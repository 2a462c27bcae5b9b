"""How much may go outside: of the requests, exactly; of the money, with what is under way and what others spent."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import OperationalError

from vestibule.core.configuration import Routes
from vestibule.core.errors import BudgetExceeded, NoCandidate, Unavailable
from vestibule.routing import share as share_module
from vestibule.routing.share import CloudShare, DayBudget, Outside

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@given(st.lists(st.booleans(), max_size=300), st.integers(20, 60), st.sampled_from([0.0, 0.05, 0.1, 0.5, 1.0]))
def test_of_any_window_in_a_row_no_more_leave_than_the_share(wants: list[bool], window: int, part: float) -> None:
    share, routes = CloudShare(), Routes(cloud_share=part, window=window)
    left = []
    for wanted in wants:
        share.count()
        left.append(wanted and not share.refuses(routes))
        if left[-1]:
            share.leave(routes)
        elif wanted:
            with pytest.raises(NoCandidate, match="the cloud's share is used up"):
                share.leave(routes)
    most = int(part * window + 1e-9)
    assert all(sum(left[at : at + window]) <= most for at in range(len(left)))
    assert all(sum(left[:n]) <= max(int(part * n + 1e-9), min(most, 1)) for n in range(1, len(left)))
    if all(wants) and len(wants) >= window:
        assert sum(left[:window]) == most


def test_many_at_once_do_not_pass_the_share_together() -> None:
    share, routes = CloudShare(), Routes(cloud_share=0.05, window=100)
    for _ in range(50):
        share.count()
    admitted = [not share.refuses(routes) for _ in range(50)]
    assert all(admitted)  # none of them has left yet
    left = 0
    for _ in range(50):
        try:
            share.leave(routes)
            left += 1
        except NoCandidate:
            pass
    assert left == 2


def test_the_first_may_leave_at_once_and_the_share_fills_with_those_that_are_counted() -> None:
    share, routes = CloudShare(), Routes(cloud_share=0.05, window=1000)
    left = []
    for number in range(1, 1001):
        share.count()
        if not share.refuses(routes):
            share.leave(routes)
            left.append(number)
    assert left[:3] == [1, 40, 60]
    assert len(left) == 50


def test_the_share_goes_to_what_gains_the_most() -> None:
    share, routes = CloudShare(), Routes(cloud_share=0.1)
    assert share.least_gain(routes) == 0.0  # nobody was counted yet
    for gain in range(100):
        share.count(gain / 100)
    assert share.least_gain(routes) == pytest.approx(0.8)  # ten that gain so much, and ten that did not leave yet
    for _ in range(10):
        share.leave(routes)
    assert share.least_gain(routes) == pytest.approx(0.9)
    for _ in range(1000):
        share.count(0.05)  # what was long ago does not count any more
    assert share.least_gain(routes) == pytest.approx(0.05)
    for _ in range(1000):
        share.count()
    assert share.least_gain(routes) == 0.0
    assert share.least_gain(Routes(cloud_share=0.0)) == 0.0


def test_a_budget_counts_what_is_under_way_and_what_it_came_to() -> None:
    clock = Clock()
    budget, routes = DayBudget(clock), Routes(eur_per_day=1.0)
    held = budget.hold(routes, 0.8)
    assert "0.80 of 1.00 EUR" in budget.refuses(routes, 0.3)
    with pytest.raises(BudgetExceeded, match="stays at home"):
        budget.hold(routes, 0.3)
    budget.settle(held, 0.5)
    assert budget.refuses(routes, 0.3) == ""
    assert budget.spent_eur == pytest.approx(0.5)
    clock.now += timedelta(days=1)
    assert budget.spent_eur == 0.0


def test_what_all_workers_recorded_counts_and_what_is_not_written_yet() -> None:
    clock = Clock()
    budget = DayBudget(clock)
    budget.settle(0.0, 0.25)
    clock.now += timedelta(seconds=60)
    budget.settle(0.0, 0.5)
    budget.read(clock.now.date(), 3.0, clock.now)  # of which 0.25 is this one's own
    assert budget.spent_eur == pytest.approx(3.5)
    budget.read(date(2026, 11, 21), 99.0, clock.now)  # yesterday's, read late
    assert budget.spent_eur == pytest.approx(3.5)


def test_without_a_budget_nothing_is_refused() -> None:
    budget = DayBudget()
    assert budget.refuses(Routes(), None) == ""
    assert budget.hold(Routes(), None) == 0.0


def test_what_the_share_refuses_sets_no_money_aside() -> None:
    outside, routes = Outside(), Routes(cloud_share=0.0, eur_per_day=1.0)
    with pytest.raises(NoCandidate):
        outside.leave(routes, 0.5, exempt=False)
    assert outside.budget.spent_eur == 0.0
    assert outside.leave(routes, 0.5, exempt=True) == 0.5


async def test_the_records_are_read_again_and_again_while_a_budget_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_module, "READ_EVERY_S", 0.01)
    budget, answers, kept = DayBudget(), iter((1.0, Unavailable("away"), OperationalError("gone"), 2.0)), [False]
    last = 0.0

    async def spent(_: date) -> float:
        nonlocal last
        answer = next(answers, last)
        if isinstance(answer, Exception):
            raise answer
        last = answer
        return answer

    async with budget.following(spent, lambda: kept[0]):
        assert budget.spent_eur == 0.0
        kept[0] = True
        async with asyncio.timeout(30):
            while budget.spent_eur != 2.0:  # noqa: ASYNC110 it comes from a task
                await asyncio.sleep(0.01)
