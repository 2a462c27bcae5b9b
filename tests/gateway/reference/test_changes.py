"""The comparer says what a client of the old document loses, and nothing where it loses nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.gateway.docs import Document
from vestibule.gateway.reference.changes import broken

JSON = "application/json"


def document(**schemas: Any) -> Document:
    """One operation, POST /v1/things, that takes a `Body` and answers a `Reply`."""
    operation = {
        "parameters": [{"in": "query", "name": "limit", "required": False, "schema": {"type": "integer"}}],
        "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Body"}}}},
        "responses": {
            "200": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Reply"}}}},
            "default": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Gone"}}}},
        },
    }
    described = {"Body": {"type": "object", "properties": {}}, "Reply": {"type": "object", "properties": {}}} | schemas
    return {"paths": {"/v1/things": {"post": operation}}, "components": {"schemas": described}}


def thing(field: Any, *, required: bool = False, closed: bool = False) -> Document:
    found: Document = {"type": "object", "properties": {"field": field}, "required": ["field"] if required else []}
    return found | ({"additionalProperties": False} if closed else {})


def sent(before: Any, now: Any) -> list[str]:
    return broken(document(Body=thing(before, closed=True)), document(Body=thing(now, closed=True)))


def told(before: Any, now: Any) -> list[str]:
    return broken(document(Reply=thing(before)), document(Reply=thing(now)))


STRING, INTEGER, NUMBER, NULL = ({"type": kind} for kind in ("string", "integer", "number", "null"))
WIDER = [
    (INTEGER, NUMBER),
    (STRING, {"anyOf": [STRING, NULL]}),
    (STRING, {"type": ["string", "null"]}),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}),
    ({"const": "a"}, {"enum": ["a", "b"]}),
    ({"enum": ["a", "b"]}, STRING),
    ({"type": "integer", "minimum": 2}, {"type": "integer", "minimum": 1}),
    ({"type": "integer", "maximum": 8}, INTEGER),
    ({"type": "string", "maxLength": 10}, {"type": "string", "maxLength": 20}),
    ({"type": "string", "pattern": "^a"}, STRING),
    ({"type": "array", "items": INTEGER}, {"type": "array", "items": NUMBER}),
    ({"type": "object", "additionalProperties": INTEGER}, {"type": "object", "additionalProperties": NUMBER}),
    (thing(STRING, required=True), thing(STRING)),
    (STRING, {}),
]


@pytest.mark.parametrize(("narrow", "wide"), WIDER)
def test_a_request_may_say_more_and_never_less(narrow: Document, wide: Document) -> None:
    assert sent(narrow, wide) == []
    (said,) = sent(wide, narrow)
    assert said.startswith("POST /v1/things, body.field")


@pytest.mark.parametrize(("narrow", "wide"), WIDER)
def test_an_answer_may_become_surer_and_never_less_sure(narrow: Document, wide: Document) -> None:
    assert told(wide, narrow) == []
    (said,) = told(narrow, wide)
    assert said.startswith("POST /v1/things, answer.field")


def test_fields_come_and_never_go() -> None:
    none, one = {"type": "object", "properties": {}}, thing(STRING)
    assert broken(document(Body=none, Reply=none), document(Body=one, Reply=one)) == []
    assert broken(document(Body=one, Reply=one), document(Body=none, Reply=none)) == [
        "POST /v1/things, body.field is gone",
        "POST /v1/things, answer.field is gone",
    ]
    must = thing(STRING, required=True)
    assert broken(document(Body=one), document(Body=must)) == ["POST /v1/things, body.field is not always there"]
    assert broken(document(Reply=must), document(Reply=one)) == ["POST /v1/things, answer.field is not always there"]
    assert broken(document(Reply=one), document(Reply=must)) == []
    shut = thing(STRING, closed=True)
    assert broken(document(Body=one), document(Body=shut)) == ["POST /v1/things, body takes no further fields"]


def test_operations_bodies_and_parameters_stay() -> None:
    old = document()
    gone = {**old, "paths": {}}
    assert broken(old, gone) == ["POST /v1/things is gone"]
    assert broken(gone, old) == []
    new = copy.deepcopy(old)
    operation = new["paths"]["/v1/things"]["post"]
    operation["parameters"] = [{"in": "query", "name": "since", "required": True, "schema": STRING}]
    operation["requestBody"] = {"required": True, "content": {}}
    operation["responses"]["200"] = {"content": {"text/plain": {"schema": STRING}}}
    assert broken(old, new) == [
        "POST /v1/things knows the query parameter limit no more",
        "POST /v1/things wants the query parameter since now",
        "POST /v1/things wants a body now",
        "POST /v1/things takes no application/json any more",
        "POST /v1/things answers 200 with no application/json any more",
    ]


def test_names_and_words_are_nobodys_business() -> None:
    old = document(Body=thing({"$ref": "#/components/schemas/Name"}), Name={"enum": ["a"], "description": "old"})
    new = document(Body=thing({"$ref": "#/components/schemas/Other"}), Other={"enum": ["a"], "description": "new"})
    assert broken(old, new) == []


def test_schemas_may_hold_themselves() -> None:
    tree: Document = {
        "type": "object",
        "properties": {"leaves": {"type": "array", "items": {"$ref": "#/components/schemas/T"}}},
    }
    old = document(Reply={"$ref": "#/components/schemas/T"}, T=tree)
    assert broken(old, old) == []
    other = copy.deepcopy(tree)
    other["properties"]["leaves"]["items"] = STRING
    assert broken(old, document(Reply={"$ref": "#/components/schemas/T"}, T=other)) == [
        "POST /v1/things, answer.leaves[] may be string, which is not in the other"
    ]


def test_of_several_the_one_that_comes_nearest_is_told() -> None:
    either = {"anyOf": [STRING, thing({"enum": ["a", "b"]})]}
    (said,) = sent(either, {"anyOf": [STRING, thing({"enum": ["a"]})]})
    assert said == "POST /v1/things, body.field.field: 'b' is not one of 'a'"
    (said,) = sent({"anyOf": [STRING, INTEGER]}, {"anyOf": [STRING, NULL]})
    assert said == "POST /v1/things, body.field: integer is not one of what it may be"


LEAVES = st.sampled_from([STRING, INTEGER, NUMBER, NULL, {"enum": ["a", "b"]}, {"const": 1}, {"type": "boolean"}])
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(lambda first, second: {"anyOf": [first, second]}, inner, inner),
        st.builds(lambda field, sure: thing(field, required=sure), inner, st.booleans()),
    ),
    max_leaves=8,
)


@given(SCHEMAS)
def test_nothing_is_broken_where_nothing_changes(schema: Document) -> None:
    assert sent(schema, schema) == told(schema, schema) == []


@given(SCHEMAS, SCHEMAS)
def test_one_more_way_to_ask_is_no_break(schema: Document, other: Document) -> None:
    assert sent(schema, {"anyOf": [other, schema]}) == []
