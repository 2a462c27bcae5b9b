"""Where a question names no time and holds words that no meter knows, the reading says that it is not certain."""

import pytest

from tests.buildings.reading.portfolio import PORTFOLIO
from vestibule.buildings.reading import read


@pytest.mark.parametrize(
    "question",
    [
        "How strong is the antifreeze mixture in the heat recovery circuit at Harbour Office supposed to be?",
        "Above which outside temperature does the gas boiler at Harbour Office stay off?",
        "How is a short gap in the meter data filled for the invoice?",
        "What monthly advance on energy cost was agreed with the tenant?",
    ],
)
def test_words_no_meter_knows_make_it_uncertain(question: str) -> None:
    assert not read(question, [], PORTFOLIO).is_certain or not read(question, [], PORTFOLIO).is_about_data


@pytest.mark.parametrize(
    "question",
    [
        "How much electricity does Harbour Office use?",
        "Which building uses the most gas?",
        "Why was the gas use of Harbour Office so high in the coldest stretch of February?",
    ],
)
def test_a_time_or_only_known_words_make_it_certain(question: str) -> None:
    reading = read(question, [], PORTFOLIO)
    assert reading.is_about_data
    assert reading.is_certain


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("Did the gas meter of Harbour Office deliver all its readings in March?", "data_quality"),
        ("Can I trust the power data of Harbour Office in March, or are there holes in it?", "data_quality"),
        ("Something pushed the gas meter of Harbour Office up in March. What was it?", "explain"),
        ("What did electricity cost us in total in Q2?", "total"),
    ],
)
def test_what_people_say_instead(question: str, tool: str) -> None:
    assert {call.tool for call in read(question, [], PORTFOLIO).calls} == {tool}


def test_per_area_is_not_a_question_about_the_floor_area() -> None:
    (call,) = read("Gas per m² of floor area at Harbour Office in February?", [], PORTFOLIO).calls
    assert (call.tool, call.metric, call.utility) == ("consumption", "per_m2", "gas")


def test_before_at_the_start_of_a_clause_is_no_date() -> None:
    reading = read("What is normal on a working day, before we look at the gas of Harbour Office?", [], PORTFOLIO)
    assert reading.period is None or reading.period.label == "2025"


def test_one_month_or_the_other_is_a_comparison() -> None:
    (call,) = read("Did Harbour Office use more electricity in September 2025 or in October?", [], PORTFOLIO).calls
    assert call.tool == "comparison"
    assert call.second_period is not None
    assert {call.period.label, call.second_period.label} == {"September 2025", "October 2025"}
