from __future__ import annotations

from datetime import date

import pytest

from vestibule.knowledge.dates import first_date, leading_date


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-09: damper stuck",
        "2024-07-09T14:30 damper stuck",
        "Date: 2024-07-09; Work: damper",
        "9 July 2024, 14:30",
        "Tuesday, 9 July 2024",
        "9th of July 2024 - damper",
        "July 9, 2024",
        "Jul 9th, 2024",
        "09.07.2024 Klappe",
        "9. Juli 2024",
    ],
)
def test_spellings_at_the_start(text: str) -> None:
    assert leading_date(text) == date(2024, 7, 9)


@pytest.mark.parametrize(("text", "day"), [("12. März 2024", date(2024, 3, 12)), ("3 Okt 2023", date(2023, 10, 3))])
def test_german_months(text: str, day: date) -> None:
    assert first_date(text) == day


def test_a_date_in_prose_does_not_lead() -> None:
    text = "The chiller was replaced on 2024-07-09."
    assert leading_date(text) is None
    assert first_date(text) == date(2024, 7, 9)


@pytest.mark.parametrize("text", ["", "AHU-1", "2024-13-01", "31 Foo 2024", "IP 10.1.2.2024.1", "version 2024-07"])
def test_no_date(text: str) -> None:
    assert first_date(text) is None


def test_the_first_of_several() -> None:
    assert first_date("9 July 2024 to 2024-07-11") == date(2024, 7, 9)
