"""Who is asked next, how and when, for each fault: read off the course without a model."""

from __future__ import annotations

from random import Random

import pytest

from tests.routing.resilience.clock import Clock
from tests.routing.resilience.models import candidate
from vestibule.core.errors import EgressRefused, Fault, InvalidRequest, UpstreamFailed, VestibuleError
from vestibule.core.settings import ResilienceSettings
from vestibule.routing.plan import Candidate
from vestibule.routing.resilience.backoff import Backoff
from vestibule.routing.resilience.course import Course, Try
from vestibule.routing.resilience.deadline import Deadline
from vestibule.routing.resilience.health import Health, Resting
from vestibule.routing.resilience.repetition import BeginsAnew, Differs

A, B, C = candidate("a"), candidate("b"), candidate("c")
ON = candidate("on", continues=True)


def course(*candidates: Candidate, within_s: float | None = None, prefills: bool = True, retries: int = 2) -> Course:
    clock = Clock()
    settings = ResilienceSettings(retries=retries, longest_wait_s=5)
    health = Health(settings.breaker, clock)
    return Course(
        candidates, health, settings, Deadline(within_s, clock), prefills=prefills, backoff=Backoff(Random(1))
    )


def fault(name: Fault, retry_after_s: float | None = None) -> UpstreamFailed:
    return UpstreamFailed("It failed.", fault=name, retry_after_s=retry_after_s)


def asked(course: Course, error: VestibuleError, *, at_most: int = 50) -> list[str]:
    """Who is asked, where everybody fails with the same error before the first word."""
    names = []
    while tried := course.next():
        names.append(tried.candidate.model.id)
        assert tried.way == "afresh"
        course.failed(tried, error, went_on=False)
        assert len(names) < at_most
    return names


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (fault("failed"), ["a", "a", "b", "b"]),
        (fault("cut"), ["a", "a", "b", "b"]),
        (fault("overloaded"), ["a", "a", "a", "b", "b", "b"]),
        (fault("rate_limited"), ["a", "a", "a", "b", "b", "b"]),
        (fault("rate_limited", 2), ["a", "a", "a", "b", "b", "b"]),
        (fault("rate_limited", 60), ["a", "b"]),
        (fault("silent"), ["a", "b"]),
        (fault("unreachable"), ["a", "b"]),
        (fault("malformed"), ["a", "b"]),
        (fault("refused"), ["a", "b"]),
        (fault("key"), ["a", "b"]),
        (InvalidRequest("The context is too long."), ["a", "b"]),
        (EgressRefused("It stays in the house."), ["a", "b"]),
    ],
    ids=lambda value: getattr(value, "fault", None),
)
def test_who_is_asked_again(error: VestibuleError, wanted: list[str]) -> None:
    assert asked(course(A, B), error) == wanted


def test_another_key_is_tried_at_once_and_not_for_ever() -> None:
    tried = course(A)
    first = tried.next()
    assert first
    tried.failed(first, fault("key", 0), went_on=False)
    again = tried.next()
    assert again == Try(A, wait_s=0.0)
    tried.failed(again, fault("key", 0), went_on=False)
    assert 2 < len(asked(tried, fault("rate_limited", 0))) + 2 < 12


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (fault("cut"), 0.0, 0.0),
        (fault("failed"), 0.0, 0.25),
        (fault("overloaded", 3), 3.0, 3.25),
        (fault("rate_limited", 1), 1.0, 1.25),
        (fault("rate_limited"), 1.0, 1.25),
    ],
    ids=lambda value: getattr(value, "fault", None),
)
def test_how_long_is_waited(error: UpstreamFailed, least: float, most: float) -> None:
    tried = course(A)
    first = tried.next()
    assert first
    tried.failed(first, error, went_on=False)
    again = tried.next()
    assert again
    assert least <= again.wait_s <= most


def test_who_rests_is_waited_for_only_where_there_is_nobody_else() -> None:
    resting = Resting("It rests.", fault="rate_limited", retry_after_s=2)
    assert asked(course(A, B), resting) == ["a", "b", "b", "b"]
    alone = course(A)
    first = alone.next()
    assert first
    alone.failed(first, resting, went_on=False)
    again = alone.next()
    assert again
    assert 2 <= again.wait_s <= 2.25


def test_one_that_has_come_to_rest_meanwhile_is_not_asked_before_that_is_over() -> None:
    clock = Clock()
    settings = ResilienceSettings(longest_wait_s=5)
    health = Health(settings.breaker, clock)
    for rest_s, wanted in ((3.0, True), (9.0, False)):
        failing = fault("rate_limited", rest_s)
        with pytest.raises(UpstreamFailed), health.sending(A.model):
            raise failing
        tried = Course([A], health, settings, Deadline(), prefills=True)
        first = tried.next()
        assert first
        tried.failed(first, fault("overloaded"), went_on=False)
        again = tried.next()
        assert (again is not None and again.wait_s >= rest_s) is wanted
        clock.sleep(20)


def test_a_wait_that_the_deadline_does_not_allow_is_not_begun() -> None:
    assert asked(course(A, B, within_s=2), fault("rate_limited", 3)) == ["a", "b"]


def test_after_the_deadline_nobody_is_asked() -> None:
    assert asked(course(A, B, within_s=0), fault("cut")) == ["a"]


def test_no_repetitions_where_settings_allow_none() -> None:
    assert asked(course(A, B, retries=0), fault("failed")) == ["a", "b"]


def test_repetitions_end_with_the_budget() -> None:
    clock = Clock()
    settings = ResilienceSettings()
    health = Health(settings.breaker, clock)
    repeated = 0
    for _ in range(100):
        failing = Course([A], health, settings, Deadline(), prefills=True)
        repeated += len(asked(failing, fault("cut"))) - 1
    assert repeated == 10


def break_off(course: Course, error: UpstreamFailed) -> list[tuple[str, str]]:
    """The first breaks off in mid-answer, and nobody takes it up."""
    first = course.next()
    assert first
    course.failed(first, error, went_on=True)
    return [(t.candidate.model.id, t.way) for t in rest(course, fault("unreachable"))]


def rest(course: Course, error: VestibuleError) -> list[Try]:
    found = []
    while tried := course.next():
        found.append(tried)
        course.failed(tried, error, went_on=False)
    return found


def test_those_that_can_go_on_come_first_and_each_once_where_it_cannot_be_had() -> None:
    assert break_off(course(A, B, ON), fault("cut")) == [("on", "onward"), ("a", "repeat"), ("b", "repeat")]


def test_the_only_one_is_taken_up_with_again_once() -> None:
    assert break_off(course(A), fault("cut")) == [("a", "repeat")]
    assert break_off(course(A), fault("silent")) == [("a", "repeat")]
    assert break_off(course(ON), fault("malformed")) == [("on", "onward")]
    again = course(ON)
    first = again.next()
    assert first
    again.failed(first, fault("cut"), went_on=True)
    second = again.next()
    assert second
    assert second.way == "onward"
    again.failed(second, fault("cut"), went_on=True)
    assert again.next() is None


def test_a_silent_one_is_not_waited_for_twice_where_there_are_others() -> None:
    assert break_off(course(ON, B), fault("silent")) == [("b", "repeat")]


def test_who_takes_no_beginning_tells_it_from_the_start() -> None:
    for error in (fault("refused"), InvalidRequest("No."), BeginsAnew("Again.")):
        tried = course(A, ON)
        first = tried.next()
        assert first
        tried.failed(first, fault("silent"), went_on=True)
        assert [(t.candidate.model.id, t.way) for t in rest(tried, error)] == [("on", "onward"), ("on", "repeat")]


def test_another_key_is_tried_while_an_answer_is_taken_up_too() -> None:
    tried = course(A, ON)
    first = tried.next()
    assert first
    tried.failed(first, fault("silent"), went_on=True)
    second = tried.next()
    assert second == Try(ON, "onward")
    tried.failed(second, fault("rate_limited", 0), went_on=False)
    assert tried.next() == Try(ON, "onward")


def test_another_answer_is_no_reason_to_stop_looking() -> None:
    tried = course(A, B, C)
    first = tried.next()
    assert first
    tried.failed(first, fault("cut"), went_on=True)
    assert [t.candidate.model.id for t in rest(tried, Differs("Other."))] == ["a", "b", "c"]


def test_where_nobody_saw_what_broke_off_another_may_be_told() -> None:
    clock = Clock()
    settings = ResilienceSettings()
    tried = Course([A, B], Health(settings.breaker, clock), settings, Deadline(), prefills=True, streams=False)
    first = tried.next()
    assert first
    tried.failed(first, fault("cut"), went_on=True)
    assert not tried.broke_off
    assert [(t.candidate.model.id, t.way) for t in rest(tried, fault("unreachable"))] == [
        ("a", "afresh"),
        ("b", "afresh"),
    ]


def test_forms_are_not_gone_on_with() -> None:
    assert break_off(course(A, ON, prefills=False), fault("cut")) == [("a", "repeat"), ("on", "repeat")]


def test_what_cannot_be_mended_ends_it() -> None:
    for error in (fault("refused"), EgressRefused("It stays in the house.")):
        tried = course(A, ON)
        first = tried.next()
        assert first
        tried.failed(first, error, went_on=True)
        assert tried.next() is None
        assert tried.broke_off


def test_an_answer_of_the_wrong_form_is_mended_by_the_same_model_and_then_asked_of_the_next() -> None:
    tried = course(A, B)
    first = tried.next()
    assert first
    tried.mend(first, fault("malformed"))
    again = tried.next()
    assert again == Try(A, "mended")
    tried.failed(again, fault("malformed"), went_on=False)
    assert tried.next() == Try(B)
    assert [name for name, _ in tried.failures] == ["a", "a"]


def test_nothing_is_mended_once_the_time_is_over() -> None:
    tried = course(A, B, within_s=0)
    first = tried.next()
    assert first
    tried.mend(first, fault("malformed"))
    assert tried.next() is None
