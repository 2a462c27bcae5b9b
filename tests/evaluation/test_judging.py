"""The judge: what a right answer holds is seen, and what only looks like it is not."""

from __future__ import annotations

import pytest

from vestibule.evaluation import Answer, Case, Expected, Figure, judge
from vestibule.evaluation.judging import says

KWH = Figure(38_240, unit="kWh")


@pytest.mark.parametrize(
    "text",
    [
        "It used 38,240 kWh.",
        "It used 38240 kWh in July.",
        "38 240 kWh were used",
        "about 38.2 MWh",
        "It was **38,240** kWh",
        "a total of 38,100 kWh",
        "38,240 kilowatt hours",
    ],
)
def test_a_figure_is_seen_as_people_write_it(text: str) -> None:
    assert says(text, KWH)


@pytest.mark.parametrize(
    "text",
    [
        "It used 38,240 m³.",
        "It used 38,240.",
        "It used 37,000 kWh.",
        "-38,240 kWh",
        "38.24 kWh",
        "38,240 kWh/m²",
        "38,240 kW",
        "meter-38240 kWh2",
        "",
    ],
)
def test_another_figure_or_unit_is_none(text: str) -> None:
    assert not says(text, KWH)


def test_a_figure_without_a_unit_and_in_a_unit_of_its_own() -> None:
    assert says("There are 3 of them.", Figure(3, tolerance=0))
    assert not says("There are 4 of them.", Figure(3, tolerance=0))
    assert says("It is 21.5 °C there", Figure(21.5, unit="°C"))
    assert not says("It is 21.5 K there", Figure(21.5, unit="°C"))


def test_each_thing_that_is_expected_must_hold() -> None:
    expect = Expected(contains=("Damper", "stuck"), regex=r"\bAHU-\d\b", number=(KWH, Figure(21, unit="%")))
    case = Case("a", expect, "Why?")
    right = "AHU-1: the damper was stuck; 38,240 kWh, 21 % more than expected."
    assert judge(case, Answer(right)) == ()
    assert judge(case, Answer(right.replace("damper", "fan"))) == ("does not say `Damper`",)
    assert judge(case, Answer(right.replace("AHU-1", "AHU"))) == ("does not match the regular expression",)
    assert judge(case, Answer(right.replace("21 %", "a fifth"))) == ("does not give 21 %",)
    assert len(judge(case, Answer(""))) == 5


def test_json_must_follow_the_schema() -> None:
    schema = {"type": "object", "properties": {"to": {"const": "meters"}}, "required": ["to"]}
    case = Case("a", Expected(json_schema=schema), "Who?")
    assert judge(case, Answer('{"to": "meters"}')) == ()
    wrong = ("is no JSON that follows the schema",)
    assert judge(case, Answer('{"to": "documents"}')) == judge(case, Answer("meters")) == wrong


def test_a_citation_is_the_passage_or_part_of_it() -> None:
    passage = "The night setback begins at\n20:00 and ends at 05:30 on working days."
    case = Case("a", Expected(citation=passage), "When?")
    assert judge(case, Answer("At eight.", ("The night setback begins at 20:00 and ends at 05:30",))) == ()
    assert judge(case, Answer("", (f"Heating. {passage.replace(chr(10), ' ')} See § 4.",))) == ()
    wrong = ("does not cite the passage",)
    assert judge(case, Answer(passage)) == wrong
    assert judge(case, Answer("", ("at 20:00",))) == judge(case, Answer("", ("The boiler is red and old.",))) == wrong
