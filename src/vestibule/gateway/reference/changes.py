"""What a new OpenAPI document takes from clients of an old one: operations, fields, values, and what was sure of them.

What a client may send may only grow: the old schema must fit into the new one. What it is answered may only become more
sure, or have more fields: the new schema must fit into the old one, and keep its fields. Knows the part of JSON Schema
that our documents use. Descriptions, examples and names of schemas are nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vestibule.gateway.docs import Document

_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME = ("pattern", "format", "contentMediaType", "multipleOf", "uniqueItems")
_SAYING_NOTHING = frozenset({"title", "description", "default", "deprecated", "examples"})
_KINDS = frozenset({"string", "number", "boolean", "null", "array", "object"})


def broken(old: Document, new: Document) -> list[str]:
    """Say each thing that a client of `old` can no longer rely on; nothing where all its requests and answers hold."""
    return list(_broken(old, new))


def _broken(old: Document, new: Document) -> Iterator[str]:
    for path, operations in sorted(old["paths"].items()):
        for method, before in operations.items():
            now = new["paths"].get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            if now is None:
                yield f"{where} is gone"
            else:
                yield from _operation(where, before, now, old, new)


def _operation(where: str, before: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    sent, told = _Fit(old, new, fields_of_wide=False), _Fit(new, old, fields_of_wide=True)
    yield from _parameters(where, before, now, sent)
    body_before, body_now = before.get("requestBody", {}), now.get("requestBody", {})
    if body_now.get("required") and not body_before.get("required"):
        yield f"{where} wants a body now"
    for kind, media in body_before.get("content", {}).items():
        taken = body_now.get("content", {}).get(kind)
        if taken is None:
            yield f"{where} takes no {kind} any more"
        else:
            yield from sent.misfits(media["schema"], taken["schema"], f"{where}, body")
    for status, answer in before["responses"].items():
        if not status.startswith("2"):
            continue
        for kind, media in answer.get("content", {}).items():
            found = now["responses"].get(status, {}).get("content", {}).get(kind)
            if found is None:
                yield f"{where} answers {status} with no {kind} any more"
            else:
                yield from told.misfits(found["schema"], media["schema"], f"{where}, answer")


def _parameters(where: str, before: Document, now: Document, sent: _Fit) -> Iterator[str]:
    had = {(p["in"], p["name"]): p for p in before.get("parameters", [])}
    has = {(p["in"], p["name"]): p for p in now.get("parameters", [])}
    for (place, name), parameter in had.items():
        if (place, name) not in has:
            yield f"{where} knows the {place} parameter {name} no more"
        else:
            yield from sent.misfits(parameter["schema"], has[place, name]["schema"], f"{where}, {place} {name}")
    for (place, name), parameter in has.items():
        if parameter.get("required") and not had.get((place, name), {}).get("required"):
            yield f"{where} wants the {place} parameter {name} now"


class _Fit:
    """Whether whatever one schema describes is described by another: of `narrow` in its document, `wide` in its own.

    With `fields_of_wide` all fields that `wide` names must be named in `narrow` too: an answer keeps its fields. A pair
    that is being compared already is not compared again, as schemas may hold themselves.
    """

    def __init__(self, narrow: Document, wide: Document, *, fields_of_wide: bool) -> None:
        self._narrow = narrow["components"]["schemas"]
        self._wide = wide["components"]["schemas"]
        self._keeps_fields = fields_of_wide
        self._compared: set[tuple[str, str]] = set()

    def misfits(self, narrow: Document, wide: Document, where: str) -> Iterator[str]:
        pair = (narrow.get("$ref", ""), wide.get("$ref", ""))
        if all(pair):
            if pair in self._compared:
                return
            self._compared.add(pair)
        narrow, wide = _resolved(narrow, self._narrow), _resolved(wide, self._wide)
        if wide.keys() <= _SAYING_NOTHING:
            return
        if options := _options(narrow):
            for option in options:
                yield from self.misfits(option, wide, where)
        elif options := _options(wide):
            yield from self._fits_none(narrow, options, where)
        else:
            yield from self._plain(narrow, wide, where)

    def _fits_none(self, narrow: Document, options: list[Document], where: str) -> Iterator[str]:
        """The misfits with the option that comes nearest, where there is none that it fits."""
        before = set(self._compared)
        tried = []
        for option in options:
            found = list(self.misfits(narrow, option, where))
            if not found:
                return
            self._compared = set(before)
            tried.append(found)
        alike = [found for found in tried if not found[0].startswith((f"{where} may be ", f"{where}: "))]
        yield from min(alike, key=len, default=[f"{where}: {_said(narrow)} is not one of what it may be"])

    def _plain(self, narrow: Document, wide: Document, where: str) -> Iterator[str]:
        values = _values(narrow)
        allowed = _values(wide)
        if allowed is not None:
            for value in values if values is not None else ["anything"]:
                if value not in allowed:
                    yield f"{where}: {value!r} is not one of {', '.join(map(repr, allowed))}"
            return
        kinds = _kinds_of(values) if values is not None else _kinds(narrow)
        if extra := sorted(kinds - _kinds(wide)):
            yield f"{where} may be {' or '.join(extra)}, which is not in the other"
            return
        yield from _bounds(narrow, wide, where)
        if "array" in kinds:
            yield from self.misfits(narrow.get("items", {}), wide.get("items", {}), f"{where}[]")
        if "object" in kinds:
            yield from self._fields(narrow, wide, where)

    def _fields(self, narrow: Document, wide: Document, where: str) -> Iterator[str]:
        has, may = narrow.get("properties", {}), wide.get("properties", {})
        for name in wide.get("required", []):
            if name not in narrow.get("required", []):
                yield f"{where}.{name} is not always there"
        for name, field in has.items():
            if name in may:
                yield from self.misfits(field, may[name], f"{where}.{name}")
            elif not self._keeps_fields or wide.get("additionalProperties") is False:
                yield f"{where}.{name} is gone"
        if self._keeps_fields:
            yield from (f"{where}.{name} is gone" for name in may if name not in has)
        others, other = narrow.get("additionalProperties", True), wide.get("additionalProperties", True)
        if isinstance(other, dict) and isinstance(others, dict):
            yield from self.misfits(others, other, f"{where}.*")
        elif other is False and others is not False:
            yield f"{where} takes no further fields"


def _resolved(schema: Document, schemas: Document) -> Document:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def _options(schema: Document) -> list[Document]:
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": kind} for kind in schema["type"]]
    found: list[Document] = schema.get("anyOf") or schema.get("oneOf") or []
    return found


def _values(schema: Document) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _kinds(schema: Document) -> frozenset[str]:
    """JSON's own kinds: an integer is a number."""
    kind = schema.get("type")
    if kind is None:
        return frozenset({"object"}) if "properties" in schema else _KINDS | {"integer"}
    return frozenset({"integer", "number"}) if kind == "number" else frozenset({kind})


def _kinds_of(values: list[Any]) -> frozenset[str]:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return frozenset(names[type(value)] for value in values)


def _bounds(narrow: Document, wide: Document, where: str) -> Iterator[str]:
    for bound in (*_LEAST, *_MOST):
        if bound in wide:
            had, has = narrow.get(bound), wide[bound]
            if had is None or (has > had if bound in _LEAST else has < had):
                yield f"{where}: {bound} {has} is tighter than {'none' if had is None else had}"
    for bound in _SAME:
        if bound in wide and wide[bound] != narrow.get(bound):
            yield f"{where}: {bound} {wide[bound]!r} is not {narrow.get(bound)!r}"


def _said(schema: Document) -> str:
    values = _values(schema)
    return repr(values) if values is not None else str(schema.get("type", "it"))
