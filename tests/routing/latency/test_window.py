"""Medians and lines of recent measurements, whatever a few of them say."""

from random import Random

import pytest

from vestibule.routing.latency.window import WINDOW, Line, Middle


def test_a_line_is_found_exactly_where_there_is_one() -> None:
    line = Line()
    for x in (10, 400, 90, 1200, 55):
        line.add(x, 0.2 + 0.003 * x)
    assert line.slope == pytest.approx(0.003)
    assert line.intercept == pytest.approx(0.2)
    assert line.at(1000) == pytest.approx(3.2)


def test_one_in_six_wild_measurements_does_not_bend_it() -> None:
    random, line = Random(7), Line()
    for number in range(96):
        x = random.randint(20, 2000)
        wild = number % 6 == 0
        line.add(x, 60.0 * random.random() + 5 if wild else (0.1 + 0.002 * x) * random.uniform(0.97, 1.03))
    assert line.at(1000) == pytest.approx(2.1, rel=0.1)


def test_where_all_prompts_are_alike_the_median_holds() -> None:
    line = Line()
    for y in (1.0, 1.2, 0.9, 50.0, 1.1):
        line.add(100, y)
    assert (line.slope, line.intercept) == (0.0, 1.1)


@pytest.mark.parametrize("points", [[(1.0, 9.0), (2.0, 5.0), (3.0, 1.0)], [(1000.0, 0.1), (2000.0, 9.0)]])
def test_nothing_is_predicted_below_no_time(points: list[tuple[float, float]]) -> None:
    line = Line()
    for x, y in points:
        line.add(x, y)
    assert line.slope >= 0
    assert line.intercept >= 0
    assert line.at(0) >= 0


def test_what_has_become_slower_is_believed_after_a_window() -> None:
    line, middle = Line(), Middle()
    for number in range(3 * WINDOW):
        y = 1.0 if number < WINDOW else 3.0
        line.add(number % 7, y)
        middle.add(y)
    assert line.at(3) == pytest.approx(3.0)
    assert middle.value == 3.0


def test_a_median_is_what_was_said_before_the_first_value() -> None:
    middle = Middle(otherwise=4.0)
    assert (middle.value, middle.count) == (4.0, 0)
    for value in (1.0, 2.0, 90.0):
        middle.add(value)
    assert middle.value == 2.0
