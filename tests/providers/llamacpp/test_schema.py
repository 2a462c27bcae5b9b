"""Schemas with bounds: nothing in them can go on for ever, and whatever fits them fits what was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.providers.llamacpp.asking import answer, text_of
from vestibule.core.chat import Message, ResponseFormat, Sampling
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import InvalidRequest
from vestibule.core.generation import ModelRequest
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.schema import LARGEST, LONGEST_TEXT, MOST_ITEMS, bounded, bounded_format

HELLO = (Message("user", "Hello"),)
ANY = {"$ref": "#/$defs/any-json-with-bounds"}


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ({"type": "string"}, {"type": "string", "maxLength": LONGEST_TEXT}),
        ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 9}),
        ({"type": "string", "maxLength": 10**6}, {"type": "string", "maxLength": LONGEST_TEXT}),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a"]}),
        ({"type": "string", "pattern": "a+"}, {"type": "string", "maxLength": LONGEST_TEXT}),
        (
            {"type": "string", "pattern": "^a+$"},
            {"type": "string", "pattern": "^a+$", "maxLength": LONGEST_TEXT},
        ),
        (
            {"type": "string", "pattern": r"^(?:AHU|CH)-\d{1,3}[A-Z]?$"},
            {"type": "string", "pattern": "^(?:AHU|CH)-[0-9]{1,3}[A-Z]?$", "maxLength": LONGEST_TEXT},
        ),
        ({"type": "string", "pattern": r"^(?=x)\p{L}$"}, {"type": "string", "maxLength": LONGEST_TEXT}),
        ({"type": "integer"}, {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}),
        ({"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 0, "maximum": LARGEST}),
        (
            {"type": ["integer", "null"], "exclusiveMaximum": 5},
            {"type": ["integer", "null"], "minimum": -LARGEST, "exclusiveMaximum": 5},
        ),
        ({"type": "integer", "maximum": 10**30}, {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}),
        (
            {"type": "array", "items": {"type": "boolean"}},
            {"type": "array", "items": {"type": "boolean"}, "maxItems": MOST_ITEMS},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "integer", "minimum": 0, "maximum": 1}]},
            {"type": "array", "prefixItems": [{"type": "integer", "minimum": 0, "maximum": 1}]},
        ),
        ({"$ref": "#/$defs/x"}, {"$ref": "#/$defs/x"}),
    ],
)
def test_each_part_gets_its_bound(asked: dict[str, Any], becomes: dict[str, Any]) -> None:
    """Wherever it stands."""
    assert bounded(asked) == becomes
    for schema, path in (
        ({"type": "object", "properties": {"a": asked}}, ("properties", "a")),
        ({"anyOf": [{"type": "null"}, asked]}, ("anyOf", 1)),
        ({"type": "array", "maxItems": 2, "items": asked}, ("items",)),
        ({"type": "object", "additionalProperties": asked}, ("additionalProperties",)),
        ({"$ref": "#/$defs/a", "$defs": {"a": asked}}, ("$defs", "a")),
    ):
        found: Any = bounded(schema)
        for step in path:
            found = found[step]
        assert found == becomes


def test_what_is_left_open_becomes_any_json_with_bounds() -> None:
    made = bounded({"type": "object", "properties": {"a": {"description": "whatever"}, "b": {"type": "array"}}})
    assert made["properties"] == {
        "a": {"description": "whatever", **ANY},
        "b": {"type": "array", "items": ANY, "maxItems": MOST_ITEMS},
    }
    jsonschema_rs.validate(made, {"a": [{"b": [1, "x", None, {"c": {}}]}]})
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(made, {"a": [{"b": "x" * (LONGEST_TEXT + 1)}]})
    assert bounded({}) == {**ANY, "$defs": made["$defs"]}


def test_what_was_given_stays_as_it_was() -> None:
    asked = {"type": "object", "properties": {"a": {"type": "string"}}}
    bounded(asked)
    assert asked == {"type": "object", "properties": {"a": {"type": "string"}}}
    assert bounded_format(ResponseFormat()) == ResponseFormat()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"type": "string", "minLength": 10**6}, "at least 1,000,000 characters"),
        ({"type": "array", "minItems": 1000}, "at least 1,000 items"),
    ],
)
def test_more_than_the_bounds_is_refused(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as refused:
        bounded(asked)
    assert refused.value.param == "response_format"


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {"type": "boolean"}
    for _ in range(500):
        schema = {"type": "array", "items": schema}
    with pytest.raises(InvalidRequest, match="nested"):
        bounded(schema)


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string", "maxLength": 20}}},
    {"type": "array", "items": {"type": "integer", "minimum": -3, "maximum": 3}, "minItems": 2, "maxItems": 4},
    {
        "type": "object",
        "properties": {"kind": {"enum": ["gas", "heat"]}, "days": {"type": "array", "items": {"const": 1}}},
        "required": ["kind", "days"],
        "additionalProperties": False,
    },
    {
        "$defs": {"meter": {"type": "object", "properties": {"id": {"type": "string", "pattern": r"^AHU-\d{3}$"}}}},
        "type": "object",
        "properties": {"meter": {"$ref": "#/$defs/meter"}, "on": {"type": ["boolean", "null"]}},
        "required": ["meter", "on"],
    },
    {"type": "object", "properties": {"v": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}}, "required": ["v"]},
]


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_even_a_model_that_knows_nothing_keeps_to_it(provider: LlamaCppProvider, schema: dict[str, Any]) -> None:
    wanted = ResponseFormat("json_schema", "x", schema)
    for seed in range(3):
        sampling = Sampling(temperature=1.5, seed=seed, max_tokens=4000)
        chunks = await answer(provider, ModelRequest(HELLO, response_format=wanted, sampling=sampling))
        assert chunks[-1].finish_reason == "stop"
        jsonschema_rs.validate(schema, json.loads(text_of(chunks)))


async def test_a_text_without_a_bound_comes_to_an_end(provider: LlamaCppProvider) -> None:
    """The random model says one printable nonsense after the other and never a quotation mark at temperature 0."""
    schema = {"type": "object", "properties": {"s": {"type": "string", "maxLength": 10**9}}, "required": ["s"]}
    wanted = ResponseFormat("json_schema", "x", schema)
    chunks = await answer(
        provider, ModelRequest(HELLO, response_format=wanted, sampling=Sampling(temperature=0.0, max_tokens=200))
    )
    assert chunks[-1].finish_reason == "length"
    short = ResponseFormat("json_schema", "x", {**schema, "properties": {"s": {"type": "string", "maxLength": 50}}})
    chunks = await answer(provider, ModelRequest(HELLO, response_format=short, sampling=Sampling(temperature=0.0)))
    assert chunks[-1].finish_reason == "stop"
    assert len(json.loads(text_of(chunks))["s"]) == 50


async def test_a_json_object_is_one(tiny: LlamaCppProvider) -> None:
    sampling = Sampling(temperature=0.8, seed=4, max_tokens=300)
    request = ModelRequest(HELLO, response_format=ResponseFormat("json_object"), sampling=sampling)
    chunks = await answer(tiny, request)
    text = text_of(chunks)
    assert text.startswith("{")
    if chunks[-1].finish_reason == "stop":
        assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "secret-4711"},
        {"$ref": "#/$defs/secret-4711"},
        {"type": "string", "pattern": "^secret-4711(a$"},
    ],
)
async def test_what_llama_cpp_cannot_follow_is_the_callers_to_mend(
    provider: LlamaCppProvider, tmp_path: Path, schema: dict[str, Any]
) -> None:
    """And nothing of it is in the log."""
    whole = {"type": "object", "properties": {"secret-4711": schema}, "required": ["secret-4711"]}
    request = ModelRequest(HELLO, response_format=ResponseFormat("json_schema", "x", whole))
    with pytest.raises(InvalidRequest, match="cannot keep to a JSON schema") as refused:
        await answer(provider, request)
    assert refused.value.param == "response_format"
    assert "4711" not in str(refused.value) + (tmp_path / "logs" / "llamacpp-random.log").read_text()
    assert (await answer(provider, ModelRequest(HELLO, sampling=Sampling(max_tokens=5))))[-1].finish_reason == "length"


async def test_a_grammar_that_llama_cpp_prints_does_not_stay_in_the_log(
    provider: LlamaCppProvider, tmp_path: Path
) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "grammar": 'root ::= "secret-4711" (', "stream": True}
    cleared = ClearedRequest(json.dumps(body).encode(), provider.destination, "random", 1, "a", 1e12)
    with pytest.raises(InvalidRequest):
        async for _ in provider.send(cleared):
            pass
    assert "4711" not in (tmp_path / "logs" / "llamacpp-random.log").read_text()


async def test_a_pattern_that_it_cannot_follow_is_let_go(provider: LlamaCppProvider, tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"v": {"type": "string", "pattern": "^(?=secret-4711)", "maxLength": 9}}}
    request = ModelRequest(HELLO, response_format=ResponseFormat("json_schema", "x", schema))
    assert isinstance(json.loads(text_of(await answer(provider, request))), dict)
    assert "4711" not in (tmp_path / "logs" / "llamacpp-random.log").read_text()
