from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vestibule.buildings.reading.calendar import Calendar, Span, easter
from vestibule.buildings.reading.periods import read_periods
from vestibule.buildings.reading.vocabulary import canonical
from vestibule.buildings.reading.words import words

ZONE = ZoneInfo("Europe/Berlin")
YEAR = Calendar(
    datetime(2025, 1, 1),
    datetime(2026, 1, 1),
    ZONE,
    {"labour day": (date(2025, 5, 1),), "new year day": (date(2025, 1, 1),)},
)
MIDDLE = Calendar(datetime(2023, 5, 1), datetime(2025, 11, 19, 10), ZONE, {})


def spans(text: str, calendar: Calendar = YEAR) -> tuple[Span, ...]:
    return read_periods(canonical(words(text)), calendar).spans


def in_days(span: Span) -> str:
    if span.grain == "hours":
        return f"{span.start:%Y-%m-%dT%H}..{span.end:%Y-%m-%dT%H}"
    return f"{span.start:%Y-%m-%d}..{span.end - timedelta(seconds=1):%m-%d}"


PERIODS = (
    ("in the second week of July", "2025-07-08..07-14"),
    ("the first week of March 2025", "2025-03-01..03-07"),
    ("the fifth week of May", "2025-05-29..05-31"),
    ("last week of february", "2025-02-22..02-28"),
    ("the second to last week of July", "2025-07-18..07-24"),
    ("week 3 of july", "2025-07-15..07-21"),
    ("July second week", "2025-07-08..07-14"),
    ("second full week of July", "2025-07-14..07-20"),
    ("first weekend of June", "2025-06-07..06-08"),
    ("last Monday in October", "2025-10-27..10-27"),
    ("July", "2025-07-01..07-31"),
    ("in July 2025", "2025-07-01..07-31"),
    ("in May", "2025-05-01..05-31"),
    ("Febuary", "2025-02-01..02-28"),
    ("week 28", "2025-07-07..07-13"),
    ("calendar week 28", "2025-07-07..07-13"),
    ("KW 28", "2025-07-07..07-13"),
    ("the week of 7 July", "2025-07-07..07-13"),
    ("week of July 9th", "2025-07-07..07-13"),
    ("the week starting 9 July", "2025-07-09..07-15"),
    ("the week ending 13 July", "2025-07-07..07-13"),
    ("the 9 July week", "2025-07-07..07-13"),
    ("week of 7 to 13 July", "2025-07-07..07-13"),
    ("on 8 July", "2025-07-08..07-08"),
    ("on July 8th, 2025", "2025-07-08..07-08"),
    ("the 3rd of Septmber 2025", "2025-09-03..09-03"),
    ("8.7.2025", "2025-07-08..07-08"),
    ("8.7.25", "2025-07-08..07-08"),
    ("2025-07-08", "2025-07-08..07-08"),
    ("07/08/2025", "2025-08-07..08-07"),
    ("25/07/2025", "2025-07-25..07-25"),
    ("07/25/2025", "2025-07-25..07-25"),
    ("am 8.7.", "2025-07-08..07-08"),
    ("from 7/7 to 13/7", "2025-07-07..07-13"),
    ("around 20 August", "2025-08-17..08-23"),
    ("between 3 and 9 March", "2025-03-03..03-09"),
    ("between March 3 and 9", "2025-03-03..03-09"),
    ("March 3 to 9", "2025-03-03..03-09"),
    ("3–9 March", "2025-03-03..03-09"),
    ("3 - 9 March 2025", "2025-03-03..03-09"),
    ("from 3 March to 9 April", "2025-03-03..04-09"),
    ("from Monday 7 July to Sunday 13 July", "2025-07-07..07-13"),
    ("2025-07-07 to 2025-07-14", "2025-07-07..07-14"),
    ("from 28 July until 3 August", "2025-07-28..08-03"),
    ("from June to July", "2025-06-01..07-31"),
    ("from July to March", "2024-07-01..03-31"),
    ("from 5 July 2025 to 3 July 2025", "2025-07-03..07-05"),
    ("Q2", "2025-04-01..06-30"),
    ("2025 Q2", "2025-04-01..06-30"),
    ("second quarter", "2025-04-01..06-30"),
    ("the last quarter of 2025", "2025-10-01..12-31"),
    ("H1", "2025-01-01..06-30"),
    ("second half of the year", "2025-07-01..12-31"),
    ("first half of March", "2025-03-01..03-15"),
    ("second half of Q1", "2025-02-15..03-31"),
    ("first half of summer", "2025-06-01..07-16"),
    ("summer", "2025-06-01..08-31"),
    ("winter", "2024-12-01..02-28"),
    ("winter 2025", "2024-12-01..02-28"),
    ("mid-July", "2025-07-11..07-20"),
    ("early March", "2025-03-01..03-10"),
    ("at the end of May", "2025-05-21..05-31"),
    ("late 2025", "2025-09-01..12-31"),
    ("early summer", "2025-06-01..06-30"),
    ("first two weeks of July", "2025-07-01..07-14"),
    ("the last 3 days of May", "2025-05-29..05-31"),
    ("last week", "2025-12-22..12-28"),
    ("this week", "2025-12-29..01-04"),
    ("last weekend", "2025-12-27..12-28"),
    ("yesterday", "2025-12-31..12-31"),
    ("the day before yesterday", "2025-12-30..12-30"),
    ("today", "2025-12-31..12-31"),
    ("last Monday", "2025-12-29..12-29"),
    ("last month", "2025-12-01..12-31"),
    ("the month before last", "2025-11-01..11-30"),
    ("the previous month", "2025-12-01..12-31"),
    ("this quarter", "2025-10-01..12-31"),
    ("this year", "2025-01-01..12-31"),
    ("last year", "2025-01-01..12-31"),
    ("last July", "2025-07-01..07-31"),
    ("last 30 days", "2025-12-02..12-31"),
    ("past 3 months", "2025-10-01..12-31"),
    ("the last two weeks", "2025-12-18..12-31"),
    ("three weeks ago", "2025-12-08..12-14"),
    ("2 months ago", "2025-10-01..10-31"),
    ("10 days ago", "2025-12-21..12-21"),
    ("a year ago", "2025-01-01..12-31"),
    ("year to date", "2025-01-01..12-31"),
    ("since March", "2025-03-01..12-31"),
    ("until April", "2025-01-01..04-30"),
    ("after 8 July", "2025-07-09..12-31"),
    ("over Easter", "2025-04-18..04-21"),
    ("at Christmas", "2025-12-24..12-26"),
    ("between Christmas and New Year", "2025-12-24..12-31"),
    ("on New Year's Day", "2025-01-01..01-01"),
    ("on Labour Day", "2025-05-01..05-01"),
    ("Pentecost", "2025-06-07..06-09"),
    ("the weekend of 12 July", "2025-07-12..07-13"),
    ("Monday 14 July", "2025-07-14..07-14"),
    ("the night of 3 to 4 February", "2025-02-03T20..2025-02-04T06"),
    ("the night from 3 February to 4 February", "2025-02-03T20..2025-02-04T06"),
    ("night of 30 March", "2025-03-30T20..2025-03-31T06"),
    ("the nights of 3 to 9 March", "2025-03-03..03-09"),
    ("last night", "2025-12-30T20..2025-12-31T06"),
    ("the afternoon of 8 July", "2025-07-08T12..2025-07-08T18"),
    ("8 July in the morning", "2025-07-08T06..2025-07-08T12"),
    ("on 8 July between 14:00 and 18:00", "2025-07-08T14..2025-07-08T18"),
    ("in der zweiten Woche im Juli", "2025-07-08..07-14"),
    ("zweite Juliwoche", "2025-07-08..07-14"),
    ("vom 3. bis 9. März", "2025-03-03..03-09"),
    ("Ende Mai", "2025-05-21..05-31"),
)


@pytest.mark.parametrize(("text", "expected"), PERIODS, ids=[text for text, _ in PERIODS])
def test_one_period(text: str, expected: str) -> None:
    assert [in_days(span) for span in spans(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last week", "2025-11-10..11-16"),
        ("last month", "2025-10-01..10-31"),
        ("this month", "2025-11-01..11-30"),
        ("yesterday", "2025-11-18..11-18"),
        ("today", "2025-11-19..11-19"),
        ("last year", "2024-01-01..12-31"),
        ("last quarter", "2025-07-01..09-30"),
        ("in December", "2024-12-01..12-31"),
        ("from November to February", "2024-11-01..02-28"),
        ("July 2024", "2024-07-01..07-31"),
        ("winter", "2024-12-01..02-28"),
    ],
)
def test_relative_periods_where_the_data_ends_within_a_day(text: str, expected: str) -> None:
    assert [in_days(span) for span in spans(text, MIDDLE)] == [expected]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("8–14 July compared with the week before", "2025-07-01..07-07"),
        ("July against the previous month", "2025-06-01..06-30"),
        ("July against last year", "2024-07-01..07-31"),
        ("the same week last year for week 28", "2024-07-08..07-14"),
        ("year-on-year for Q1", "2024-01-01..03-31"),
        ("Q2 versus the quarter before", "2025-01-01..03-31"),
        ("8 July vs the day before", "2025-07-07..07-07"),
        ("3 to 5 July vs the period before", "2025-06-30..07-02"),
        ("10 to 20 March than the month before", "2025-02-01..02-28"),
        ("compared with the previous week", "2025-12-15..12-21"),
        ("Why did it rise from June to July", "2025-06-01..06-30"),
        ("week 28 than the weekend before", "2025-06-30..07-06"),
    ],
)
def test_what_a_period_is_compared_with(text: str, reference: str) -> None:
    found = read_periods(canonical(words(text)), YEAR).reference
    assert found is not None
    assert in_days(found) == reference


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30 February", "30 February 2025 is not a date."),
        ("35.13.2025", "35.13.2025 is not a date."),
        ("week 53", "2025 has no calendar week 53."),
        ("9 to 3 March", "9 to 3 March runs backwards."),
        ("last 0 weeks", "0 weeks is not a stretch the data could hold."),
        ("0 days ago", "0 days ago is not a time the data could hold."),
        ("the 5th week of February", "February 2025 has no week 5."),
        ("the 5th Monday of February", "February 2025 has no 5. monday."),
        ("8 July from 18:00 to 14:00", "18:00 to 14:00 is not a stretch of a day."),
        ("0000-01-01", "1 January 0 is not a date."),
        ("the week of 9999-12-31", "outside what the calendar holds"),
    ],
)
def test_what_is_no_date_is_said(text: str, said: str) -> None:
    found = read_periods(canonical(words(text)), YEAR)
    assert not found.spans
    assert said in " ".join(found.gaps)


@pytest.mark.parametrize("text", ["may I ask", "it may be", "2000 kWh", "24/7", "the chiller CH-2", "3.5 degrees"])
def test_what_is_no_period(text: str) -> None:
    assert not spans(text)


def test_the_reading_of_an_ambiguous_date_is_in_its_label() -> None:
    assert spans("07/08/2025")[0].label == "7 August 2025 (read with the day first)"


def test_later_periods_follow_the_turn_before() -> None:
    week = spans("week 28")[0]

    def after(text: str) -> str:
        return in_days(read_periods(canonical(words(text)), YEAR, week).spans[0])

    assert after("and the week after?") == "2025-07-14..07-20"
    assert after("and the following one?") == "2025-07-14..07-20"
    assert after("the month after") == "2025-08-01..08-31"
    assert after("the next year") == "2026-01-01..12-31"
    assert after("the week before") == "2025-06-30..07-06"


def test_easter_is_where_the_almanac_has_it() -> None:
    almanac = {1954: (4, 18), 1981: (4, 19), 2000: (4, 23), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25), 2076: (4, 19)}
    assert {year: (easter(year).month, easter(year).day) for year in almanac} == almanac
