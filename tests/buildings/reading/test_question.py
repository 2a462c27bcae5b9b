from __future__ import annotations

import pytest

from tests.buildings.reading.portfolio import PORTFOLIO, ZONE, in_short
from tests.buildings.reading.questions import FOLLOW_UPS, QUESTIONS
from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.reading import read


@pytest.mark.parametrize(("question", "expected"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_question_becomes_the_calls_it_asks_for(question: str, expected: str) -> None:
    *history, last = question.split(" || ")
    reading = read(last, history, PORTFOLIO)
    assert in_short(reading) == expected
    assert reading.is_about_data == (not expected.startswith("documents"))


def test_there_are_many_questions_of_every_kind() -> None:
    assert len(QUESTIONS) >= 200
    assert len(FOLLOW_UPS) >= 10


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Why was the office so high in July?", "Harbour Office or Mill Street Office"),
        ("How much did the Riverside Tower use in July?", "“Riverside Tower” is not a building in this portfolio"),
        ("How much gas did the Riverside Hotel use in July?", "it has: Harbour Office, Mill Street Office"),
        ("How much power did Zenith use in March?", "“Zenith” is not a building"),
        ("Consumption of Building 7 in June", "“building 7” is not a building"),
        ("How much gas did the warehouse use in March?", "North Dock Warehouse has no gas meter; it has: electricity."),
        ("Harbour Office electricity in July 2031", "There is no data for July 2031; the data covers 2025."),
        ("Harbour Office electricity in week 53", "2025 has no calendar week 53."),
        ("Harbour Office electricity on 31 June", "31 June 2025 is not a date."),
        ("Harbour Office electricity on Tuesday 14 July", "14 July 2025 was a Monday, not a Tuesday."),
        ("Electricity of Harbour Office in July compared with last year", "There is no data for July 2024"),
        ("Why was electricity high in July?", "No building is named"),
        ("How much gas did the hotel use in winter?", "There is not data for all of winter 2024/25"),
        ("Harbour Office electricity on Labour Day 2024", "has no Labour Day in 2024"),
        ("Electricity of Harbour Office the period before", "no period was named"),
    ],
)
def test_what_cannot_be_read_is_said(question: str, said: str) -> None:
    assert any(said in gap for gap in read(question, [], PORTFOLIO).gaps)


def test_known_buildings_are_answered_beside_an_unknown_one() -> None:
    reading = read("Compare electricity of Harbour Office with the Riverside Tower in July", [], PORTFOLIO)
    assert in_short(reading).startswith("consumption electricity harbour-office 07-01..07-31")
    assert any("Riverside Tower" in gap for gap in reading.gaps)


def test_period_is_aware_half_open_and_says_what_it_is() -> None:
    period = read("Harbour Office electricity in the second week of July", [], PORTFOLIO).period
    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat(), period.label) == (
        "2025-07-08T00:00:00+02:00",
        "2025-07-15T00:00:00+02:00",
        "8–14 July 2025",
    )


def test_a_day_of_changing_clocks_keeps_its_real_length() -> None:
    period = read("Harbour Office electricity on 30 March", [], PORTFOLIO).period
    assert period is not None
    assert period.end.timestamp() - period.start.timestamp() == 23 * 3600
    assert period.start.tzinfo == ZONE


def test_no_period_is_the_whole_year_of_data() -> None:
    period = read("How much gas did the hotel use?", [], PORTFOLIO).period
    assert period is not None
    assert period.label == "2025"


def test_no_period_where_it_lies_outside_the_data() -> None:
    reading = read("How much gas did the hotel use in 2019?", [], PORTFOLIO)
    assert (reading.period, reading.calls) == (None, ())


def test_one_building_needs_no_name() -> None:
    alone = Portfolio(
        name="One",
        timezone=PORTFOLIO.timezone,
        buildings=PORTFOLIO.buildings[:1],
        holidays=(),
        tariffs=(),
        meters=PORTFOLIO.meters[:3],
        data_start=PORTFOLIO.data_start,
        data_end=PORTFOLIO.data_end,
    )
    reading = read("Why was electricity high in July?", [], alone)
    assert in_short(reading) == "explain electricity harbour-office 07-01..07-31 high"


def test_an_empty_portfolio_says_so() -> None:
    empty = Portfolio("None", "Europe/Berlin", (), (), (), (), PORTFOLIO.data_start, PORTFOLIO.data_start)
    assert read("How much did we use?", [], empty).gaps == ("No building has been imported yet.",)
    assert read("Which building used the most gas in February?", [], empty).gaps
    for chat in ("Hello?", "Write a poem about the sea.", "Summarise: the chiller was serviced.", "Translate “pump”."):
        assert read(chat, [], empty).gaps == ()


def test_several_buildings_of_a_kind_are_all_meant_by_its_plural() -> None:
    assert read("gas of the offices in May", [], PORTFOLIO).buildings == ("harbour-office", "mill-street-office")


def test_buildings_are_filled_where_documents_are_asked_for() -> None:
    reading = read("What is the night setback temperature at Harbour Office according to the manual?", [], PORTFOLIO)
    assert (reading.is_about_data, reading.calls, reading.buildings) == (False, (), ("harbour-office",))
