"""Checkers of values against OpenAI's published schema: `violations` for flat shapes, strict about what is unknown;
`departures` for all of it, by a JSON Schema validator."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "openai" / "openapi.yaml"

Schema = dict[str, Any]
_ASIDE = ("discriminator", "nullable", "example", "examples", "default", "description", "x-oaiMeta")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


@cache
def _described() -> Schema:
    loaded: Schema = yaml.load(PUBLISHED.read_bytes(), yaml.CSafeLoader)
    return loaded


def schemas() -> dict[str, Schema]:
    found: dict[str, Schema] = _described()["components"]["schemas"]
    return found


def paths() -> dict[str, Schema]:
    """What is published of each path, by method."""
    found: dict[str, Schema] = _described()["paths"]
    return {
        path: {name: said for name, said in methods.items() if isinstance(said, dict) and "responses" in said}
        for path, methods in found.items()
    }


def properties(name: str) -> dict[str, Schema]:
    """Every property of a schema, its `allOf` parts included."""
    schema = schemas()[name]
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= properties(part["$ref"].rpartition("/")[2]) if "$ref" in part else part.get("properties", {})
    return found


def violations(value: object, schema: Schema, path: str = "$") -> Iterator[str]:
    """Yield where `value` departs from `schema`; a property the schema does not know is a departure too."""
    if "$ref" in schema:
        if value is None and schema.get("nullable"):
            return
        schema = schemas()[schema["$ref"].rpartition("/")[2]]
    if value is None and schema.get("nullable"):
        return
    for kind in ("anyOf", "oneOf"):
        if kind in schema:
            if not any(not list(violations(value, option, path)) for option in schema[kind]):
                yield f"{path}: {value!r} fits no option"
            return
    expected = _TYPES[schema.get("type", "object")]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield f"{path}: {value!r} is no {schema.get('type', 'object')}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from violations(item, schema["items"], f"{path}[{index}]")
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value)
        for name, item in value.items():
            if name in known:
                yield from violations(item, known[name], f"{path}.{name}")
            else:
                yield f"{path}: {name} is unknown"


def departures(value: object, name: str) -> list[str]:
    """Where `value` departs from the schema `name` with everything it refers to."""
    return [f"{error.instance_path}: {error.message}" for error in _validator(name).iter_errors(value)]


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": _standard()})


@cache
def _standard() -> Schema:
    return {"schemas": {name: _as_json_schema(schema) for name, schema in schemas().items()}}


def _as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` as a type. One of several that look alike without their discriminator is any of them."""
    if isinstance(schema, list):
        return [_as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _as_json_schema(part) for key, part in schema.items() if key not in _ASIDE and key != "properties"}
    if "properties" in schema:
        plain["properties"] = {name: _as_json_schema(part) for name, part in schema["properties"].items()}
    if "oneOf" in plain:
        plain["anyOf"] = plain.pop("oneOf")
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
