"""Which schemas are taken, and what is said of those that are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vestibule.core.errors import InvalidRequest
from vestibule.generation.structured import faults, require_schema

READING: dict[str, Any] = {
    "type": "object",
    "properties": {"kwh": {"type": "number", "minimum": 0}, "meter": {"enum": ["main", "sub"]}},
    "required": ["kwh"],
    "additionalProperties": False,
}
TREE: dict[str, Any] = {
    "$defs": {"node": {"type": "object", "properties": {"left": {"$ref": "#/$defs/node"}}}},
    "$ref": "#/$defs/node",
}


def refusal(schema: dict[str, Any]) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        require_schema(schema, "response_format.json_schema.schema")
    assert caught.value.param == "response_format.json_schema.schema"
    assert caught.value.next_step
    return caught.value


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"properties": {"a": schema}}
    return schema


def laughs(levels: int) -> dict[str, Any]:
    """Every definition asks for the next one twice."""
    parts: dict[str, Any] = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": parts | {f"a{levels}": {"type": "string"}}, "$ref": "#/$defs/a0"}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        READING,
        TREE,
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/a", "type": "array"},
        {"definitions": {"a b": {"type": "string"}}, "items": {"$ref": "#/definitions/a%20b"}},
        {"prefixItems": [{"type": "string"}], "items": {"$ref": "#/prefixItems/0"}},
        {"properties": {"$ref": {"const": {"$ref": "http://127.0.0.1/"}}, "$id": {"type": "string"}}},
        nested(20),
        laughs(6),
    ],
)
def test_schemas_that_are_taken(schema: dict[str, Any]) -> None:
    require_schema(schema, "x")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "objec"}, "at `type`"),
        ({"properties": {"a": {"minimum": "high"}}}, "at `properties.a.minimum`"),
        ({"properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}, "outside itself at `properties.a`"),
        ({"$ref": "file:///etc/passwd"}, "outside itself"),
        ({"anyOf": [{"$ref": 5}]}, "outside itself at `anyOf[0]`"),
        ({"items": {"$ref": "#/$defs/no"}}, "not there at `items`"),
        ({"prefixItems": [{}], "items": {"$ref": "#/prefixItems/7"}}, "not there"),
        ({"properties": {"a": {"$anchor": "here"}}}, "by an anchor"),
        ({"properties": {"a": {"$id": "http://a/"}}}, "by an anchor or id"),
        ({"$dynamicRef": "#here"}, "by an anchor"),
        ({"$schema": "http://127.0.0.1:9/meta"}, "no JSON schema"),
        ({"pattern": "(?=look)ahead"}, "at `pattern`"),
        ({"pattern": "(" * 3}, "at `pattern`"),
        (nested(60), "nested too deeply"),
        (nested(5000), "nested too deeply"),
        (laughs(20), "more than 20000 parts"),
        ({"anyOf": [{"pattern": f"^{n}$"} for n in range(300)]}, "more than 256 patterns"),
        ({"patternProperties": {f"^{n}$": {} for n in range(300)}}, "more than 256 patterns"),
        ({"patternProperties": 5}, "at `patternProperties`"),
        ({"description": "x" * 200_000}, "longer than"),
    ],
)
def test_schemas_that_are_not(schema: dict[str, Any], said: str) -> None:
    assert said in str(refusal(schema))


def test_a_pattern_takes_time_linear_in_the_text() -> None:
    schema = {"type": "string", "pattern": "^(a+)+$"}
    assert faults(schema, json.dumps("a" * 50_000 + "b"))
    assert faults(schema, json.dumps("a" * 50_000)) == ()
