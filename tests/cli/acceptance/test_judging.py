"""Figures in, a verdict out: which promise applies to which model, and when it is kept."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from vestibule.cli.acceptance.asking import Sample, fault_in
from vestibule.cli.acceptance.judging import Criterion, billions_of, figures, judge, quantile
from vestibule.cli.acceptance.scenarios import SCENARIOS

GIB = 1 << 30


def building(first_s: float, fault: str = "") -> Sample:
    return Sample("s", "building", True, first_s + 4, first_s, 100, 20.0, fault)


def coordination(total_s: float, fault: str = "") -> Sample:
    return Sample("c", "coordination", True, total_s, total_s / 2, 20, 40.0, fault)


def verdicts(samples: list[Sample], billions: float | None, memory: int | None = GIB) -> dict[str, Criterion]:
    measured = figures(samples, [building(1)], memory)
    return {c.name: c for c in judge(samples, [building(1)], measured, billions, 12 * GIB)}


BEGINS, ENDS, BUDGET = "7B begins within 2 s for 95%", "3B coordination ends within 1 s", "memory keeps its budget"


@pytest.mark.parametrize(("late", "state"), [(0, "pass"), (1, "pass"), (2, "fail")])
def test_of_a_7b_model_95_in_100_must_begin_within_two_seconds(late: int, state: str) -> None:
    samples = [building(1.9)] * (20 - late) + [building(2.1)] * late
    found = verdicts(samples, 7.6)
    assert (found[BEGINS].state, found[ENDS].state) == (state, "not applicable")
    assert found[BEGINS].detail == f"{20 - late} of 20 did"


def test_of_a_3b_model_coordination_must_end_within_a_second() -> None:
    assert verdicts([coordination(0.9)] * 3, 3.2)[ENDS].state == "pass"
    assert verdicts([coordination(0.9), coordination(1.1)], 3.2)[ENDS].state == "fail"
    assert verdicts([coordination(0.5, "the stream had no end")], 3.2)[ENDS].state == "fail"
    assert verdicts([], 3.2)[ENDS].state == "fail"


def test_an_answer_that_failed_fails_its_part_and_is_no_figure() -> None:
    found = verdicts([building(0.1, "an empty answer"), building(1.0)], 7)
    assert (found["streaming"].state, found["chat"].state) == ("fail", "pass")
    assert "an empty answer" in found["streaming"].detail
    assert found[BEGINS].state == "fail"
    assert figures([building(0.1, "x"), building(1.0)], [], None).first_token_p50_s == 1.0


@pytest.mark.parametrize(("memory", "state"), [(11 * GIB, "pass"), (13 * GIB, "fail"), (None, "not applicable")])
def test_memory_is_compared_with_its_budget(memory: int | None, state: str) -> None:
    assert verdicts([building(1)], None, memory)[BUDGET].state == state


def test_a_model_of_unknown_size_has_no_promise_of_speed() -> None:
    found = verdicts([building(9), coordination(9)], None)
    assert {found[name].state for name in (BEGINS, ENDS)} == {"not applicable"}


@pytest.mark.parametrize(
    ("name", "said", "billions"),
    [
        ("x", "7.6B", 7.6),
        ("x", "500M", 0.5),
        ("qwen2.5:7b-instruct-q4_K_M", "", 7.0),
        ("llama-3.2-3b-instruct.q4_k_m", "", 3.0),
        ("vestibule-tiny", "", None),
        ("gpt-4o", "", None),
        ("a3bc", "unknown", None),
    ],
)
def test_the_size_is_read_from_what_is_said_or_from_the_name(name: str, said: str, billions: float | None) -> None:
    assert billions_of(name, said) == billions


def test_a_quantile_is_a_value_that_occurred() -> None:
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert quantile([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert quantile([], 0.5) is None


def test_scenarios_ask_for_everything_a_building_needs() -> None:
    assert {scenario.kind for scenario in SCENARIOS} == {"building", "coordination", "tools", "json"}
    for scenario in SCENARIOS:
        body: dict[str, Any] = scenario.body("m")
        assert (body["model"], body["vestibule"]["cache"]) == ("m", "bypass")
        assert body["max_tokens"] <= 200
        if scenario.schema:
            jsonschema_rs.validator_for(scenario.schema)


def call(arguments: str) -> dict[str, Any]:
    return {"function": {"name": "read_meter", "arguments": arguments}}


@pytest.mark.parametrize(
    ("kind", "answered_by", "text", "calls", "fault"),
    [
        ("building", "m", "It was cold.", [], ""),
        ("building", "extractive", "It was cold.", [], "extractive answered in its stead"),
        ("building", "m", " ", [], "an empty answer"),
        ("tools", "m", "", [call('{"building": "A", "month": "July"}')], ""),
        ("tools", "m", "I would read it.", [], "called no function"),
        ("tools", "m", "", [call('{"building": "A", "month": "Juli"}')], "JSON that does not follow its schema"),
        ("json", "m", '{"asset": "AHU-3", "priority": "high", "within_days": 5}', [], ""),
        ("json", "m", '{"asset": "AHU-3"}', [], "JSON that does not follow its schema"),
        ("json", "m", "Here you are: {", [], "no JSON"),
    ],
)
def test_an_answer_is_what_was_asked_for_or_has_a_fault(
    kind: str, answered_by: str, text: str, calls: list[Any], fault: str
) -> None:
    scenario = next(s for s in SCENARIOS if s.kind == kind)
    assert fault_in(scenario, "m", {"route": {"model": answered_by}}, text, calls) == fault
