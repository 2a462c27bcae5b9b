"""The circuit breaker: when it opens, who probes it, when it closes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.routing.resilience.clock import Clock
from vestibule.core.settings import BreakerSettings
from vestibule.routing.resilience.breaker import LONGEST_ASKED_S, Breaker, Outcome, State, Trial

TERMS = BreakerSettings(failures=3, window=8, rest_s=5, longest_rest_s=60, asked_rest_s=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(TERMS, clock, Random(1))


def once(breaker: Breaker, outcome: Outcome) -> None:
    trial = breaker.begin()
    assert trial
    breaker.settle(trial, outcome)


def state(breaker: Breaker) -> State:
    """As it is now; read where mypy takes the last comparison to still hold."""
    return breaker.state


def open_it(breaker: Breaker) -> None:
    for _ in range(TERMS.failures):
        once(breaker, "bad")
    assert state(breaker) == "open"


def test_it_opens_where_half_of_the_last_failed_though_never_enough_in_a_row(breaker: Breaker) -> None:
    outcomes: list[Outcome] = ["bad", "bad", "good", "none", "bad", "bad", "good", "bad"]
    for outcome in outcomes:
        once(breaker, outcome)
    assert state(breaker) == "closed"
    once(breaker, "bad")
    assert state(breaker) == "open"  # of the last eight, six failed
    assert breaker.failures == 6


def test_what_says_nothing_counts_as_nothing(breaker: Breaker) -> None:
    for _ in range(100):
        once(breaker, "none")
    once(breaker, "bad")
    once(breaker, "none")
    once(breaker, "bad")
    assert state(breaker) == "closed"
    once(breaker, "bad")
    assert state(breaker) == "open"
    assert breaker.failures == 3


def test_one_probe_at_a_time_and_a_good_one_closes_it(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    assert breaker.begin() is None
    assert 5 <= breaker.rests_for_s <= 5 * 1.25
    clock.sleep(breaker.rests_for_s)
    assert state(breaker) == "half-open"
    probe = breaker.begin()
    assert probe
    assert probe.probe
    assert breaker.begin() is None
    breaker.settle(probe, "good")
    assert state(breaker) == "closed"
    once(breaker, "bad")
    assert state(breaker) == "closed"


def test_a_probe_that_says_nothing_makes_room_for_the_next(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.sleep(10)
    probe = breaker.begin()
    assert probe
    breaker.settle(probe, "none")
    assert breaker.begin()


def test_each_failed_probe_doubles_the_rest_up_to_the_longest(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    rests = []
    for _ in range(8):
        rests.append(breaker.rests_for_s)
        clock.sleep(breaker.rests_for_s)
        once(breaker, "bad")
    for rest, wanted in zip(rests, (5, 10, 20, 40, 60, 60, 60, 60), strict=True):
        assert wanted <= rest <= wanted * 1.25
    assert breaker.failures == 3 + 8


def test_what_began_before_it_opened_says_nothing_of_it_now(breaker: Breaker, clock: Clock) -> None:
    old = breaker.begin()
    assert old
    open_it(breaker)
    breaker.settle(old, "good")
    assert state(breaker) == "open"
    clock.sleep(10)
    probe = breaker.begin()
    assert probe
    breaker.settle(old, "bad")
    assert state(breaker) == "half-open"
    assert breaker.begin() is None


def test_who_asks_for_a_rest_gets_it_at_once_even_from_those_that_insist(breaker: Breaker, clock: Clock) -> None:
    trial = breaker.begin()
    assert trial
    breaker.asks_to_rest(7, "rate_limited")
    breaker.settle(trial, "none")
    assert breaker.rests_for_s == 7
    assert breaker.asked == "rate_limited"
    assert breaker.begin(insist=True) is None
    breaker.asks_to_rest(2, "rate_limited")
    assert breaker.rests_for_s == 7
    clock.sleep(7)
    once(breaker, "good")
    assert state(breaker) == "closed"
    assert breaker.asked is None


def test_a_rest_of_unknown_length_grows_and_one_without_end_has_one(breaker: Breaker, clock: Clock) -> None:
    for wanted in (1, 2, 4):
        breaker.asks_to_rest(None, "rate_limited")
        assert wanted <= breaker.rests_for_s <= wanted * 1.25
        clock.sleep(breaker.rests_for_s)
    breaker.asks_to_rest(1e9, "overloaded")
    assert breaker.rests_for_s == LONGEST_ASKED_S


def test_who_has_nobody_else_to_ask_may_insist(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    insisting = breaker.begin(insist=True)
    assert insisting
    breaker.settle(insisting, "good")
    assert state(breaker) == "closed"


class Flapping(RuleBasedStateMachine):
    """Any order of requests, outcomes and pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(TERMS, self.clock, Random(1))
        self.under_way: list[Trial] = []
        self.probes: list[Trial] = []

    @rule()
    def begin(self) -> None:
        state = self.breaker.state
        trial = self.breaker.begin()
        if state == "closed":
            assert trial
            assert not trial.probe
        if state == "open":
            assert trial is None
        if trial:
            (self.probes if trial.probe else self.under_way).append(trial)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), outcome=st.sampled_from(["good", "bad", "none"]))
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        state = self.breaker.state
        self.breaker.settle(self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1))), outcome)
        if state != "closed":
            assert self.breaker.state == state

    @precondition(lambda self: self.probes)
    @rule(outcome=st.sampled_from(["good", "bad", "none"]))
    def settle_probe(self, outcome: Outcome) -> None:
        before, probe = self.breaker.state, self.probes.pop()
        is_old = probe.era != self.breaker._era
        self.breaker.settle(probe, outcome)
        wanted = before if is_old else {"good": "closed", "bad": "open", "none": "half-open"}[outcome]
        assert self.breaker.state == wanted

    @rule(seconds=st.sampled_from([0.5, 3.0, 30.0, 100.0]))
    def pause(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule(seconds=st.sampled_from([None, 1.0, 20.0]))
    def asks_to_rest(self, seconds: float | None) -> None:
        self.breaker.asks_to_rest(seconds, "rate_limited")
        assert self.breaker.state == "open"

    @invariant()
    def one_probe_at_most(self) -> None:
        live = [p for p in self.probes if p.era == self.breaker._era]
        assert len(live) <= 1

    @invariant()
    def rests_end(self) -> None:
        assert self.breaker.rests_for_s <= max(TERMS.longest_rest_s * 1.25, 20.0)


TestFlapping = Flapping.TestCase
TestFlapping.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
