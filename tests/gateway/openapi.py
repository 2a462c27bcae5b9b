"""A checker for values against OpenAI's published schema, for as much of JSON Schema as that document uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "openai" / "openapi.yaml"

Schema = dict[str, Any]
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
def schemas() -> dict[str, Schema]:
    loaded: dict[str, Schema] = yaml.load(PUBLISHED.read_bytes(), yaml.CSafeLoader)["components"]["schemas"]
    return loaded


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
