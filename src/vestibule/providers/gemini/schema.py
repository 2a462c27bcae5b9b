"""A JSON schema in the part of it that Gemini takes. What it would refuse is left out, so that more is allowed than was
asked for, never less.

Source: Google's Gemini API reference, `Schema`, "a select subset of an OpenAPI 3.0 schema object".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 32
MOST_PARTS = 2_000
ANYTHING: Mapping[str, object] = {"type": "OBJECT"}

_KEPT = (
    "title",
    "description",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "default",
)
_FORMATS = {
    "string": ("date-time",),
    "number": ("float", "double"),
    "integer": ("int32", "int64"),
    "boolean": (),
    "array": (),
    "object": (),
}

Schema = Mapping[str, Any]


def schema(given: Schema) -> dict[str, object]:
    """References are resolved. One that leads nowhere or into itself is any object, and so is what comes after
    `MOST_PARTS` parts."""
    definitions = {
        f"#/{place}/{name}": part
        for place in ("$defs", "definitions")
        for name, part in _members(given.get(place)).items()
    }
    return _Reader(definitions).read(given)


class _Reader:
    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions
        self._parts = 0

    def read(self, given: object, within: tuple[str, ...] = (), depth: int = 0) -> dict[str, object]:
        """`within` are the references that led here."""
        self._parts += 1
        if not isinstance(given, dict) or depth > DEEPEST or self._parts > MOST_PARTS:
            return dict(ANYTHING)
        depth += 1
        if "$ref" in given:
            reference = str(given["$ref"])
            target = self._definitions.get(reference) if reference not in within else None
            return self.read(target, (*within, reference), depth) | _only(given, "description")
        if _list(given.get("allOf")):
            return self.read(self._joined(given), within, depth)
        made = _only(given, *_KEPT)
        if choices := _list(given.get("anyOf")) or _list(given.get("oneOf")):
            return made | self._any_of(choices, within, depth)
        kind = given.get("type", _guessed(given))
        if kinds := _list(kind):
            return made | self._any_of([_without(given, *_KEPT) | {"type": one} for one in kinds], within, depth)
        return made | self._typed(str(kind), given, within, depth)

    def _typed(self, kind: str, given: Schema, within: tuple[str, ...], depth: int) -> dict[str, object]:
        kind = kind if kind in _FORMATS else "string"
        made: dict[str, object] = {"type": kind.upper()}
        if given.get("format") in _FORMATS[kind]:
            made["format"] = given["format"]
        if given.get("nullable") is True:
            made["nullable"] = True
        if kind == "string" and (words := [value for value in _values(given) if isinstance(value, str)]):
            made["enum"] = words
        if kind == "array":
            made["items"] = self.read(given.get("items", {"type": "string"}), within, depth)
        if kind == "object" and (properties := _members(given.get("properties"))):
            made["properties"] = {name: self.read(part, within, depth) for name, part in properties.items()}
            made["required"] = [name for name in _list(given.get("required")) if name in list(properties)]
            made["propertyOrdering"] = list(properties)
        return made

    def _any_of(self, choices: Sequence[object], within: tuple[str, ...], depth: int) -> dict[str, object]:
        """What may be null is nullable; of one choice nothing is left to choose."""
        real = [choice for choice in choices if _members(choice).get("type") != "null"]
        nullable: dict[str, object] = {"nullable": True} if len(real) < len(choices) else {}
        read = [self.read(choice, within, depth) for choice in real] or [{"type": "STRING"}]
        return (read[0] if len(read) == 1 else {"anyOf": read}) | nullable

    def _joined(self, given: Schema) -> dict[str, object]:
        """All of several as one: later members win, properties and what is required add up."""
        made: dict[str, Any] = {}
        for part in (*given["allOf"], _without(given, "allOf")):
            target = _members(self._definitions.get(str(_members(part).get("$ref")), part))
            properties = {**_members(made.get("properties")), **_members(target.get("properties"))}
            required = [*_list(made.get("required")), *_list(target.get("required"))]
            made |= {**target, "properties": properties, "required": required}
        return made


def _guessed(given: Schema) -> str:
    """The type of what names none."""
    if "properties" in given:
        return "object"
    if "items" in given:
        return "array"
    first = next(iter(_values(given)), "")
    return {bool: "boolean", int: "integer", float: "number"}.get(type(first), "string")


def _values(given: Schema) -> Sequence[object]:
    return [given["const"]] if "const" in given else _list(given.get("enum"))


def _members(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _only(given: Schema, *names: str) -> dict[str, object]:
    return {name: given[name] for name in names if name in given}


def _without(given: Schema, *names: str) -> dict[str, object]:
    return {name: value for name, value in given.items() if name not in names}
