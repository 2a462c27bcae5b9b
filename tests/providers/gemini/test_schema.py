"""JSON schemas as Gemini takes them: nothing it would refuse, nothing narrower than was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.providers.gemini.schema import MOST_PARTS, schema

TAKEN = {
    "type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required",
    "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "anyOf", "propertyOrdering", "default",
    "items", "minimum", "maximum",
}  # fmt: skip
"""The members of `Schema`, https://ai.google.dev/api/caching#Schema."""


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ({"type": "string", "format": "date-time"}, {"type": "STRING", "format": "date-time"}),
        ({"type": "string", "format": "email", "$schema": "x"}, {"type": "STRING"}),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 9}, {"type": "NUMBER", "maximum": 9}),
        ({"enum": ["a", "b"]}, {"type": "STRING", "enum": ["a", "b"]}),
        ({"const": "a"}, {"type": "STRING", "enum": ["a"]}),
        ({"const": 5}, {"type": "INTEGER"}),
        ({"enum": [0.5, 1.5]}, {"type": "NUMBER"}),
        ({"const": True}, {"type": "BOOLEAN"}),
        ({"type": "integer", "enum": [1, 2]}, {"type": "INTEGER"}),
        ({"type": ["string", "null"], "description": "d"}, {"type": "STRING", "nullable": True, "description": "d"}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}),
        ({"oneOf": [{"type": "null"}]}, {"type": "STRING", "nullable": True}),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, {"type": "BOOLEAN", "nullable": True}),
        ({"type": "boolean", "nullable": True}, {"type": "BOOLEAN", "nullable": True}),
        ({"type": "array"}, {"type": "ARRAY", "items": {"type": "STRING"}}),
        ({"items": {"type": "integer"}, "maxItems": 3}, {"type": "ARRAY", "items": {"type": "INTEGER"}, "maxItems": 3}),
        ({"type": "object", "additionalProperties": False}, {"type": "OBJECT"}),
        ({"type": "thing"}, {"type": "STRING"}),
        ({"type": {}, "format": [], "enum": 1}, {"type": "STRING"}),
        ({"type": "object", "properties": {"a": 1}, "required": 7},
         {"type": "OBJECT", "properties": {"a": {"type": "OBJECT"}}, "required": [], "propertyOrdering": ["a"]}),
    ],
)  # fmt: skip
def test_what_is_taken(asked: dict[str, Any], taken: dict[str, Any]) -> None:
    assert schema(asked) == taken


def test_references_are_resolved_and_one_into_itself_is_any_object() -> None:
    node = {"properties": {"name": {"$ref": "#/definitions/name"}, "next": {"$ref": "#/$defs/node"}}}
    made = schema(
        {
            "$defs": {"node": node},
            "definitions": {"name": {"type": "string"}},
            "$ref": "#/$defs/node",
            "description": "d",
        }
    )
    assert made["description"] == "d"
    assert made["properties"] == {"name": {"type": "STRING"}, "next": {"type": "OBJECT"}}
    assert schema({"$ref": "#/$defs/none"}) == {"type": "OBJECT"}


def test_all_of_is_one() -> None:
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    made = schema(
        {"$defs": {"named": named}, "allOf": [{"$ref": "#/$defs/named"}, {"properties": {"age": {"type": "integer"}}}]}
    )
    assert made["properties"] == {"name": {"type": "STRING"}, "age": {"type": "INTEGER"}}
    assert made["required"] == ["name"]


def test_a_schema_that_explodes_is_bounded() -> None:
    """Each definition refers to the next ten times: 10^12 parts if they were all written out."""
    definitions = {
        f"d{at}": {"properties": {f"p{n}": {"$ref": f"#/$defs/d{at + 1}"} for n in range(10)}} for at in range(12)
    }
    made = schema({"$defs": definitions, "$ref": "#/$defs/d0"})
    assert len(json.dumps(made)) < 500 * MOST_PARTS
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"type": "array", "items": deep}
    assert json.dumps(schema(deep)).count("items") == 33


def members(made: object) -> Iterator[str]:
    """Names of members of every schema within a schema; those of properties are no members."""
    if isinstance(made, dict):
        yield from made
        for name, part in made.items():
            if name == "properties":
                for one in part.values():
                    yield from members(one)
            elif name == "items":
                yield from members(part)
            elif name == "anyOf":
                for one in part:
                    yield from members(one)


WORDS = st.sampled_from(
    [*sorted(TAKEN), "$ref", "allOf", "oneOf", "const", "additionalProperties", "$defs", "#/$defs/a", "string", "a"]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(WORDS, ANY, max_size=5))
def test_whatever_is_asked_only_what_is_taken_is_sent(asked: dict[str, Any]) -> None:
    made = schema(asked)
    assert set(members(made)) <= TAKEN
    assert {"type", "anyOf"} & made.keys()
