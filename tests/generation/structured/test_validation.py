"""What is wrong with an answer that must be JSON, in words that repeat no value of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.structured.test_schema import READING, TREE
from vestibule.core.chat import ResponseFormat
from vestibule.generation.structured import faults, format_faults


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"kwh": "much"}', "$.kwh"),
        ('{"kwh": -1}', "$.kwh"),
        ('{"kwh": 1, "meter": "secret-meter"}', "$.meter"),
        ("{}", "required"),
        ('{"kwh": 1, "more": 2}', "more"),
        ("[]", "object"),
        ("", "not JSON"),
        ('{"kwh": 1', "cut off"),
        ('{"kwh": NaN}', "not JSON"),
        ('Here it is: {"kwh": 1}', "not JSON"),
        ('{"kwh": 1} and more', "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('"' + "x" * 1_100_000 + '"', "longer than"),
    ],
)
def test_faults_name_the_place(text: str, said: str) -> None:
    found = faults(READING, text)
    assert any(said in fault for fault in found), found
    assert "secret-meter" not in " ".join(found)


def test_a_long_list_of_faults_is_cut() -> None:
    assert len(faults({"items": {"type": "string"}}, json.dumps(list(range(100))))) == 8


def deep(levels: int) -> str:
    return '{"left":' * (levels - 1) + "{}" + "}" * (levels - 1)


def asking_for_itself(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"$defs": {"node": {"anyOf": list(parts)}}, "$ref": "#/$defs/node"}


NODE = {"$ref": "#/$defs/node"}


@pytest.mark.parametrize(
    ("schema", "levels"),
    [
        ({}, 64),
        (TREE, 64),
        (asking_for_itself({"properties": {"left": NODE, "right": NODE}}), 64),
        (asking_for_itself({"properties": {"left": NODE}}, {"properties": {"left": NODE}}), 16),
        (asking_for_itself(*[{"properties": {"left": NODE}}] * 10), 5),
        (asking_for_itself({"properties": {"left": NODE}}, {"additionalProperties": NODE}), 16),
        (asking_for_itself({"patternProperties": {"^l": NODE, "t$": NODE}}, {"items": NODE}), 10),
        ({"properties": {"left": {"$ref": "#"}}}, 64),
        ({"properties": {"left": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}, 16),
    ],
)
def test_what_asks_for_itself_often_may_not_be_nested_far(schema: dict[str, Any], levels: int) -> None:
    assert faults(schema, deep(levels)) == ()
    assert faults(schema, deep(levels + 1)) == ("it is nested too deeply",)


@given(st.dictionaries(st.sampled_from(["kwh", "meter", "x"]), st.one_of(st.integers(), st.text(), st.none())))
def test_a_text_without_faults_is_what_was_asked_for(value: dict[str, object]) -> None:
    kwh = value.get("kwh")
    good = isinstance(kwh, int) and kwh >= 0 and value.get("meter", "main") in ("main", "sub") and "x" not in value
    assert (faults(READING, json.dumps(value)) == ()) is good


@pytest.mark.parametrize(
    ("wanted", "text", "good"),
    [
        (ResponseFormat(), "no JSON at all", True),
        (ResponseFormat("json_object"), '{"a": [1]}', True),
        (ResponseFormat("json_object"), "[1]", False),
        (ResponseFormat("json_object"), "", False),
        (ResponseFormat("json_schema", "r", READING), '{"kwh": 4}', True),
        (ResponseFormat("json_schema", "r", READING), '{"kwh": "4"}', False),
    ],
)
def test_every_format_is_checked_as_it_asks(wanted: ResponseFormat, text: str, good: bool) -> None:
    assert (format_faults(wanted, text) == ()) is good
