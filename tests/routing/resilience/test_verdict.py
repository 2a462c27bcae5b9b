"""What a caller is told when nobody answered."""

from __future__ import annotations

from vestibule.core.errors import (
    DeadlineExceeded,
    EgressRefused,
    InvalidRequest,
    NoCandidate,
    QueueFull,
    RateLimited,
    UpstreamFailed,
)
from vestibule.routing.resilience.deadline import Deadline
from vestibule.routing.resilience.repetition import Differs
from vestibule.routing.resilience.verdict import outcome, verdict

DEAD = UpstreamFailed("a cannot be reached.", next_step="Start it.", fault="unreachable")
BUSY = UpstreamFailed("b wants fewer requests.", fault="rate_limited", retry_after_s=30)
BUSIER = UpstreamFailed("c wants fewer requests.", fault="rate_limited")
LONG = InvalidRequest("The conversation is too long for d.", param="messages")
HOME = EgressRefused("It stays in the house.")


def test_nobody_was_asked() -> None:
    assert isinstance(verdict([]), NoCandidate)


def test_one_failure_is_told_as_it_is() -> None:
    assert verdict([("a", DEAD)]) is DEAD
    assert verdict([("e", HOME)]) is HOME


def test_all_that_failed_are_named() -> None:
    told = verdict([("a", DEAD), ("b", BUSY), ("e", HOME)])
    assert isinstance(told, UpstreamFailed)
    assert str(told) == "a cannot be reached. No other model answered: b (rate_limited). Start it."


def test_too_many_requests_everywhere_is_one_to_come_back_to() -> None:
    told = verdict([("b", BUSY), ("c", BUSIER)])
    assert isinstance(told, RateLimited)
    assert (told.message, told.retry_after_s) == (BUSIER.message, 10)
    told = verdict([("b", BUSY), ("b", BUSY)])
    assert isinstance(told, RateLimited)
    assert told.retry_after_s == 30


def test_what_the_caller_can_mend_comes_before_what_others_broke() -> None:
    assert verdict([("a", DEAD), ("d", LONG), ("b", BUSY)]) is LONG


def test_a_deadline_is_told_as_one() -> None:
    passed = Deadline(0).exceeded()
    assert isinstance(passed, DeadlineExceeded)
    assert verdict([("a", DEAD), ("b", passed)], broke_off=True) is passed


def test_an_answer_that_broke_off_is_told_with_all_that_was_tried() -> None:
    told = verdict([("a", UpstreamFailed("Cut.", fault="cut")), ("b", Differs("Other."))], broke_off=True)
    assert isinstance(told, UpstreamFailed)
    assert "(a: cut; b: differs)" in told.message
    assert "not the whole answer" in told.next_step


def test_outcomes_are_one_word() -> None:
    assert [outcome(e) for e in (DEAD, BUSY, LONG, HOME, Differs("Other."), QueueFull("Full."))] == [
        "unreachable",
        "rate_limited",
        "invalid_request",
        "egress_refused",
        "differs",
        "queue_full",
    ]
