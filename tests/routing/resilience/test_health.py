"""How a model's failures make it rest, as those that ask it see it."""

from __future__ import annotations

import re

import pytest

from tests.routing.deciding import decide, router
from tests.routing.resilience.clock import Clock
from tests.routing.resilience.models import model
from vestibule.core.chat import ChatRequest, Message
from vestibule.core.errors import Fault, InvalidRequest, NoCandidate, UpstreamFailed
from vestibule.core.settings import BreakerSettings
from vestibule.routing.catalogue import Catalogue, Model
from vestibule.routing.plan import Plan
from vestibule.routing.resilience.health import Health, Resting
from vestibule.routing.resilience.patience import Hurried

TERMS = BreakerSettings(failures=3, rest_s=5)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(TERMS, clock)


def fail(health: Health, model: Model, fault: Fault, retry_after_s: float | None = None) -> None:
    with pytest.raises(UpstreamFailed), health.sending(model):
        raise UpstreamFailed("It failed.", fault=fault, retry_after_s=retry_after_s)


@pytest.mark.parametrize("fault", ["unreachable", "silent", "cut", "malformed", "overloaded", "failed"])
def test_failures_of_a_model_open_its_circuit(health: Health, fault: Fault) -> None:
    one = model("one")
    for _ in range(3):
        assert health.resting(one) == ""
        fail(health, one, fault)
    assert re.fullmatch(r"resting for another [56] s: it failed 3 times", health.resting(one))
    with pytest.raises(Resting, match="one is resting") as raised, health.sending(one):
        raise AssertionError("it must not be asked")
    assert raised.value.fault == "overloaded"


@pytest.mark.parametrize("fault", ["refused", "key"])
def test_what_is_no_failure_of_the_model_does_not(health: Health, fault: Fault) -> None:
    one = model("one")
    for _ in range(10):
        fail(health, one, fault)
        with pytest.raises(InvalidRequest), health.sending(one):
            raise InvalidRequest("Too long.")
        with pytest.raises(GeneratorExit), health.sending(one):
            raise GeneratorExit
        fail(health, one, "rate_limited", retry_after_s=0)
        with pytest.raises(Hurried), health.sending(one):
            raise Hurried("It was given too little time.", fault="silent")
    assert health.states() == {}


def test_a_client_that_leaves_in_a_probe_makes_room_for_the_next(health: Health, clock: Clock) -> None:
    one = model("one")
    for _ in range(3):
        fail(health, one, "cut")
    clock.sleep(10)
    with health.sending(one), pytest.raises(Resting, match="being probed"), health.sending(one):
        raise AssertionError("two probes at once")
    assert health.states() == {"one": "rested; the next request probes it"}
    with health.sending(one) as sending:
        sending.answered()
    assert health.states() == {}


@pytest.mark.parametrize("fault", ["rate_limited", "overloaded"])
def test_a_retry_after_is_kept_and_told(health: Health, clock: Clock, fault: Fault) -> None:
    one = model("one")
    fail(health, one, fault, retry_after_s=30)
    clock.sleep(10)
    assert health.resting(one) == "resting for another 20 s, as it asked"
    with pytest.raises(Resting) as raised, health.sending(one, insist=True):
        raise AssertionError("it asked to be left alone")
    assert (raised.value.fault, raised.value.retry_after_s) == (fault, 20)
    clock.sleep(20)
    with health.sending(one) as sending:
        sending.answered()
    assert health.resting(one) == ""


def test_too_many_requests_without_a_time_is_a_short_rest(health: Health) -> None:
    one = model("one")
    fail(health, one, "rate_limited")
    assert health.resting(one) == "resting for another 1 s, as it asked"


def test_a_model_elsewhere_is_another(health: Health) -> None:
    for _ in range(3):
        fail(health, model("one", port=9), "failed")
    assert health.resting(model("one", port=9))
    assert health.resting(model("one", port=10)) == ""
    assert health.budget(model("one", port=9)) is not health.budget(model("one", port=10))


def planned(catalogue: Catalogue, name: str, health: Health) -> Plan:
    return decide(router(catalogue, resting=health.resting), ChatRequest(name, (Message("user", "How much?"),)))


def test_a_plan_leaves_out_who_rests_unless_it_was_named(health: Health) -> None:
    one, two = model("one"), model("two")
    catalogue = Catalogue([one, two])
    for _ in range(3):
        fail(health, one, "failed")
    made = planned(catalogue, "auto", health)
    assert [c.model.id for c in made.eligible] == ["two"]
    assert made.candidates[-1].reason.startswith("resting for another")
    assert [c.model.id for c in planned(catalogue, "one", health).eligible] == ["one"]
    for _ in range(3):
        fail(health, two, "failed")
    with pytest.raises(NoCandidate, match=r"one: resting for another \d s: it failed 3 times"):
        planned(catalogue, "auto", health)
