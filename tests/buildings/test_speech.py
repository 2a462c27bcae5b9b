"""How numbers, days and periods are said."""

from __future__ import annotations

from datetime import date

import pytest

from tests.buildings.reference import days
from vestibule.buildings import speech
from vestibule.core.evidence import Quantity


@pytest.mark.parametrize(
    ("value", "said"),
    [(12345.4, "12,345"), (999.6, "1,000"), (123.44, "123.4"), (9.876, "9.88"), (0.0419, "0.042"), (-1500, "-1,500")],
)
def test_numbers(value: float, said: str) -> None:
    assert speech.number(value) == said


def test_amounts_carry_their_unit() -> None:
    assert speech.amount(Quantity("share", 12.345, "%")) == "12.3 %"
    assert speech.amount(Quantity("cost", 1234.5, "EUR")) == "1,234.50 EUR"
    assert speech.metered(Quantity("total", 8000, "kWh"), "chilled_water") == "8,000 kWh of chilled water"
    assert speech.above(Quantity("departure", -4.06, "%")) == "4.1 % below"


def test_days() -> None:
    assert speech.days(date(2025, 7, 7), date(2025, 7, 7)) == "7 July 2025"
    assert speech.days(date(2025, 7, 7), date(2025, 7, 14)) == "7–14 July 2025"
    assert speech.days(date(2025, 6, 28), date(2025, 7, 3)) == "28 June–3 July 2025"
    assert speech.days(date(2025, 12, 28), date(2026, 1, 3)) == "28 December 2025–3 January 2026"
    assert speech.weekday(date(2025, 7, 8)) == "Tuesday, 8 July 2025"


@pytest.mark.parametrize(
    ("label", "first", "last", "said"),
    [
        ("July 2025", date(2025, 7, 1), date(2025, 7, 31), "in July 2025"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "in 2025"),
        ("8 July 2025", date(2025, 7, 8), date(2025, 7, 8), "on 8 July 2025"),
        ("8–14 July 2025", date(2025, 7, 8), date(2025, 7, 14), "over 8–14 July 2025"),
    ],
)
def test_periods(label: str, first: date, last: date, said: str) -> None:
    assert speech.within(days(first, last, label)) == said


def test_lists() -> None:
    assert [speech.listed(parts) for parts in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
