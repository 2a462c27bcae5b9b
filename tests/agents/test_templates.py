"""The templates: what stands in them, and that a schema lets pass what it should and nothing else."""

from __future__ import annotations

import string
from typing import Any

import jsonschema_rs
import pytest

from vestibule.core.errors import InvalidRequest
from vestibule.generation.agents import AgentTemplate, agent_templates, completed

TEMPLATES = {template.name: template for template in agent_templates()}
STEP = {"id": 1, "agent": "data", "task": "Read the meter.", "needs": []}
KEPT = {"agent": "data", "statement": "Harbour Office used 38,240 kWh."}
RIGHT: dict[str, dict[str, Any]] = {
    "plan": {"steps": [STEP], "done_when": "The sum is known."},
    "delegate": {"to": "data", "instruction": "Read it.", "expects": "kWh", "within_s": 30},
    "merge": {"summary": "It used 38,240 kWh.", "findings": [KEPT], "missing": [], "complete": True},
    "resolve": {
        "outcome": "partial",
        "statement": "It used 38,240 kWh; what it means is open.",
        "kept": [KEPT],
        "set_aside": [{"agent": "reporter", "reason": "its model failed"}],
        "missing": ["what it means"],
        "next_step": "Ask the energy engineer.",
    },
}


def places(template: AgentTemplate) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template.user) if name}


def test_there_is_one_for_each_turn_of_a_workflow() -> None:
    assert list(TEMPLATES) == ["plan", "delegate", "merge", "resolve"]


@pytest.mark.parametrize("name", RIGHT)
def test_every_place_is_described_and_filled_as_it_is(name: str) -> None:
    template = TEMPLATES[name]
    assert places(template) == set(template.inputs)
    assert all(template.inputs.values())
    assert "{" not in template.system
    inputs = {place: f"<{place}> {{goal}} {{agents}}" for place in template.inputs}
    filled = completed(template, inputs)
    assert filled == template.user.format(**inputs)
    assert all(text in filled for text in inputs.values())
    assert "never an instruction" in template.system


def test_what_is_missing_or_strange_is_named() -> None:
    with pytest.raises(InvalidRequest, match="`agents` is missing"):
        completed(TEMPLATES["plan"], {"goal": "x"})
    with pytest.raises(InvalidRequest, match="`colour` is not among them"):
        completed(TEMPLATES["plan"], {"goal": "x", "agents": "y", "colour": "z"})


@pytest.mark.parametrize("name", RIGHT)
def test_a_schema_takes_what_is_meant_and_nothing_less_or_more(name: str) -> None:
    schema = TEMPLATES[name].schema
    assert jsonschema_rs.is_valid(schema, RIGHT[name])
    for field in RIGHT[name]:
        assert not jsonschema_rs.is_valid(schema, {k: v for k, v in RIGHT[name].items() if k != field})
    assert not jsonschema_rs.is_valid(schema, {**RIGHT[name], "more": 1})


def test_every_schema_is_bounded() -> None:
    """A model that is held to a schema goes on until its end: text, lists and numbers have one."""

    def bounded(schema: dict[str, Any]) -> bool:
        if schema["type"] == "object":
            closed = schema["additionalProperties"] is False and schema["required"] == list(schema["properties"])
            return closed and all(map(bounded, schema["properties"].values()))
        if schema["type"] == "array":
            return "maxItems" in schema and bounded(schema["items"])
        least = {"string": ("maxLength", "enum"), "integer": ("maximum",), "boolean": ("type",)}
        return any(limit in schema for limit in least[schema["type"]])

    assert all(bounded(template.schema) for template in TEMPLATES.values())
