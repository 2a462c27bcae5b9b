"""Seconds of answering are shared: nobody's are counted twice and none are lost."""

import pytest

from vestibule.core.configuration import Energy
from vestibule.routing.cost import EnergyMeter, Used

ENERGY = Energy(watts={"big": 100.0}, watts_otherwise=40.0)


class Clock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def test_one_answer_alone_has_all_of_its_seconds() -> None:
    clock = Clock()
    meter = EnergyMeter(clock)
    clock.now += 100  # nobody is answered, nothing counts
    with meter.answering("big", ENERGY) as big:
        clock.now += 6
    assert big.used == Used(100.0, 6.0, 6.0)


def test_answers_at_once_share_and_come_to_what_passed() -> None:
    clock = Clock()
    meter = EnergyMeter(clock)
    first, second = meter.answering("a", ENERGY), meter.answering("b", ENERGY)
    first.__enter__()
    clock.now += 4
    second.__enter__()
    assert meter.at_once("a", ENERGY) == 2
    clock.now += 2
    first.__exit__(None, None, None)
    clock.now += 3
    second.__exit__(None, None, None)
    assert (first.used.watts, first.used.model_s, first.used.machine_s) == pytest.approx((40.0, 5.0, 5.0))
    assert (second.used.watts, second.used.model_s, second.used.machine_s) == pytest.approx((40.0, 4.0, 4.0))
    assert meter.at_once("a", ENERGY) == 0


def test_a_model_with_watts_of_its_own_shares_the_machine_but_not_the_watts() -> None:
    clock = Clock()
    meter = EnergyMeter(clock)
    with meter.answering("small", ENERGY) as small, meter.answering("big", ENERGY) as big:
        clock.now += 10
    assert (small.used.watts, big.used.watts) == (40.0, 100.0)
    assert small.used.model_s == big.used.model_s == pytest.approx(10.0)
    assert small.used.machine_s == big.used.machine_s == pytest.approx(5.0)


def test_an_answer_that_breaks_off_has_drawn_its_part() -> None:
    clock = Clock()
    broken = EnergyMeter(clock).answering("a", ENERGY)
    broken.__enter__()
    clock.now += 2
    broken.__exit__(ConnectionError, ConnectionError(), None)
    assert broken.used.model_s == pytest.approx(2.0)
