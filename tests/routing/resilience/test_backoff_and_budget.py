"""How long is waited and how often is asked again: properties, with a clock that stands still."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.routing.resilience.clock import Clock
from vestibule.routing.resilience.backoff import Backoff
from vestibule.routing.resilience.budget import RetryBudget


@given(st.integers(0, 2**32), st.integers(1, 50), st.floats(0, 100))
def test_a_wait_is_never_shorter_than_asked_nor_longer_than_the_bound(seed: int, again: int, asked: float) -> None:
    waited = Backoff(Random(seed), base_s=0.25, most_s=4.0).wait_s(again, asked)
    assert asked <= waited <= asked + min(4.0, 0.25 * 2 ** (again - 1))


def test_waits_are_spread_over_the_whole_range() -> None:
    backoff = Backoff(Random(1), base_s=1.0, most_s=8.0)
    waits = [backoff.wait_s(3) for _ in range(1000)]
    assert min(waits) < 0.1
    assert max(waits) > 3.9
    assert 1.8 < sum(waits) / 1000 < 2.2


@given(st.lists(st.booleans(), max_size=300))
def test_repetitions_are_a_share_of_the_requests_and_a_few(asked: list[bool]) -> None:
    """True is a request, False a wish to repeat one. The clock stands still."""
    budget = RetryBudget(Clock(), share=0.1, most=10)
    requests = granted = 0
    for request in asked:
        if request:
            budget.asked()
            requests += 1
        else:
            granted += budget.spend()
    assert granted <= 10 + 0.1 * requests + 1e-9


def test_who_asks_rarely_may_always_repeat() -> None:
    clock = Clock()
    budget = RetryBudget(clock, share=0.1, most=2, per_s=0.2)
    for _ in range(50):
        clock.sleep(60)
        assert budget.spend()
        assert budget.spend()
        assert not budget.spend()
