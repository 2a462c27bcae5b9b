"""TypeScript types from the OpenAPI document: one for each schema, and what the operations of each surface exchange."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from vestibule.gateway.docs import Document
from vestibule.gateway.reference.operations import Surface
from vestibule.gateway.reference.surfaces import operations_of
from vestibule.gateway.reply import JSON

_SURFACES: tuple[tuple[Surface, str, str], ...] = (
    ("openai", "OpenAISurface", "What OpenAI has too."),
    ("vestibule", "VestibuleSurface", "What is our own."),
    ("admin", "AdminSurface", "For administrators."),
    ("operations", "OperationsSurface", "For who watches it."),
)
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_NAME = re.compile(r"[A-Za-z_]\w*\Z")


def typescript(document: Document) -> str:
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield "// Made by `python -m vestibule.gateway.reference` from /openapi.json; not to be changed by hand."
    yield ""
    for name, schema in document["components"]["schemas"].items():
        yield from _comment(schema.get("description", ""))
        if "properties" in schema or schema.get("type") == "object":
            yield f"export interface {name} {_object(schema, '')}"
        else:
            yield f"export type {name} = {expression(schema)};"
        yield ""
    for surface, name, help in _SURFACES:
        yield from _comment(help)
        yield f"export interface {name} {{"
        for method, path, operation in operations_of(document, surface):
            yield f"  /** {operation['summary']} */"
            yield f"  {json.dumps(f'{method.upper()} {path}')}: {_exchange(operation)};"
        yield "}"
        yield ""
    yield f"export interface Surface extends {', '.join(name for _, name, _ in _SURFACES)} {{}}"


def expression(schema: Any, indent: str = "") -> str:
    """The type of what a schema describes."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for kind in ("anyOf", "oneOf"):
        if kind in schema:
            return " | ".join(dict.fromkeys(expression(option, indent) for option in schema[kind]))
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return " | ".join(expression(schema | {"type": kind}, indent) for kind in kinds)
    if kinds == "array":
        return f"Array<{expression(schema.get('items', {}), indent)}>"
    if kinds == "object":
        return _object(schema, indent)
    if schema.get("contentMediaType"):
        return "Blob"
    return _PLAIN.get(str(kinds), "unknown")


def _object(schema: Any, indent: str) -> str:
    properties = schema.get("properties")
    if properties is None:
        return f"Record<string, {expression(schema.get('additionalProperties') or {}, indent)}>"
    required = schema.get("required", ())
    lines = []
    for name, field in properties.items():
        lines += [f"{indent}  {line}" for line in _comment(_notes(field))]
        optional = "" if name in required else "?"
        lines.append(f"{indent}  {_key(name)}{optional}: {expression(field, indent + '  ')};")
    return "\n".join(["{", *lines, f"{indent}}}"]) if lines else "{}"


def _notes(field: Any) -> str:
    said = str(field.get("description", ""))
    return f"@deprecated {said}" if field.get("deprecated") else said


def _exchange(operation: Document) -> str:
    """`path` and `query` are what the address holds; `event` is what a stream is made of."""
    said: dict[str, str] = {}
    for place in ("path", "query"):
        found = [p for p in operation.get("parameters", []) if p["in"] == place]
        if found:
            fields = (f"{_key(p['name'])}{'' if p['required'] else '?'}: {expression(p['schema'])}" for p in found)
            name = place if any(p["required"] for p in found) else f"{place}?"
            said[name] = f"{{ {'; '.join(fields)} }}"
    for media in operation.get("requestBody", {}).get("content", {}).values():
        said["body"] = expression(media["schema"])
    done: Document = next((r for status, r in operation["responses"].items() if status.startswith("2")), {})
    replies = done.get("content", {})
    said["reply"] = next((expression(media["schema"]) for media in replies.values()), "void")
    if "text/event-stream" in replies and JSON in replies:
        said["event"] = expression(replies["text/event-stream"]["schema"])
    return f"{{ {'; '.join(f'{name}: {kind}' for name, kind in said.items())} }}"


def _key(name: str) -> str:
    return name if _NAME.match(name) else json.dumps(name)


def _comment(text: str) -> list[str]:
    words = " ".join(text.split()).replace("*/", "* /")
    return [f"/** {words} */"] if words else []
