"""A JSON schema as llama.cpp's grammars can follow it to an end: each text, list and whole number in it gets a bound.

Without one, a model that repeats itself fills a text or a list until its tokens run out, and the answer is half a JSON.
Only narrows: whatever fits the bounded schema fits the one that was asked for. Pure; judges no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from vestibule.core.chat import ResponseFormat
from vestibule.core.errors import InvalidRequest
from vestibule.providers.llamacpp.grammar import TooOpen, require_followable

LONGEST_TEXT = 4096  # characters
MOST_ITEMS = 256  # llama.cpp refuses a grammar whose repetitions are many more
LARGEST = 10**15  # exact as a double, and within the 16 digits that llama.cpp writes
DEEPEST = 64

Schema = dict[str, object]
ANYTHING = "any-json-with-bounds"
_NAMED = ("properties", "$defs", "definitions")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
_SINGLE = ("items", "additionalProperties")
_SAYS_WHAT = {"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items", "prefixItems"}

_MEANS = {r"\d": "[0-9]", r"\w": "[A-Za-z0-9_]", r"\s": " "}
_SHORTHANDS = re.compile(r"\[[^\]]*\]|\\.")
_ONE_OR_COUNT = re.compile(r"\\.|\[[^\]]*\]|(\{[0-9,]+\})|[^()|*+?]")
_FOLLOWED = re.compile(
    r"\^(?:[A-Za-z0-9 _:,;@#%&=<>~'!/-]"  # itself
    r"|\\[.+*?()\[\]{}|^$\\-]|\."  # escaped; any character
    r"|\[\^?[A-Za-z0-9 _.,:;/@#%+*=-]+\]"  # one of a set
    r"|\((?!\?)|\(\?:|\)|\||[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\}"  # groups, alternatives, repetitions
    r")+\$"
)


def bounded_format(wanted: ResponseFormat) -> ResponseFormat:
    """The format with a bounded schema. Raise `InvalidRequest` for a schema that asks for more than the bounds."""
    if wanted.kind == "text":
        return wanted
    schema: Schema = {"type": "object"} if wanted.kind == "json_object" else wanted.schema or {}
    return replace(wanted, kind="json_schema", name=wanted.name or "answer", schema=bounded(schema))


def bounded(schema: Mapping[str, object]) -> Schema:
    """The schema with bounds in all its parts; what it leaves open becomes any JSON with bounds."""
    whole = _bounded(schema, 0)
    if _mentions(whole):
        defined = whole.get("$defs")
        whole["$defs"] = {**(defined if isinstance(defined, dict) else {}), ANYTHING: _anything()}
    return whole


def _bounded(schema: Mapping[str, object], depth: int) -> Schema:
    if depth > DEEPEST:
        raise _too_much(f"is nested more than {DEEPEST} deep")
    if not _SAYS_WHAT & schema.keys():
        return {**schema, **_reference()}
    made: Schema = dict(schema)
    for key in _NAMED:
        if isinstance(parts := made.get(key), dict):
            made[key] = {name: _part(part, depth) for name, part in parts.items()}
    for key in _LISTED:
        if isinstance(alternatives := made.get(key), list):
            made[key] = [_part(part, depth) for part in alternatives]
    for key in _SINGLE:
        if isinstance(made.get(key), dict):
            made[key] = _part(made[key], depth)
    return _with_bounds(made)


def _part(part: object, depth: int) -> object:
    return _bounded(part, depth + 1) if isinstance(part, dict) else part


def _with_bounds(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if "enum" in schema or "const" in schema:
        return schema
    if _is(kinds, "string") and "format" not in schema:
        _bound_count(schema, "minLength", "maxLength", LONGEST_TEXT, "characters")
        _plain_pattern(schema)
    if _is(kinds, "array") and not isinstance(schema.get("items"), list) and "prefixItems" not in schema:
        _bound_count(schema, "minItems", "maxItems", MOST_ITEMS, "items")
        schema.setdefault("items", _reference())
    if _is(kinds, "object") and not {"properties", "additionalProperties"} & schema.keys():
        schema["additionalProperties"] = _reference()
    if _is(kinds, "integer"):
        _bound_number(schema)
    return schema


def _bound_count(schema: Schema, least: str, most: str, bound: int, what: str) -> None:
    wanted, asked = schema.get(least), schema.get(most)
    if isinstance(wanted, int | float) and wanted > bound:
        raise _too_much(f"asks for at least {wanted:,} {what} where at most {bound:,} are written")
    schema[most] = min(asked, bound) if isinstance(asked, int | float) else bound


def _plain_pattern(schema: Schema) -> None:
    """Keep a pattern that llama.cpp can follow: another it ignores, and writes into its log."""
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        spelled = _SHORTHANDS.sub(lambda match: _MEANS.get(match[0], match[0]), pattern)
        if _FOLLOWED.fullmatch(spelled) and _is_followable(spelled[1:-1]):
            schema["pattern"] = spelled
        else:
            del schema["pattern"]


def _is_followable(pattern: str) -> bool:
    """Whether it leaves no more open than a grammar may. One that is malformed is for llama.cpp to refuse."""
    parts = _ONE_OR_COUNT.sub(lambda match: match[1] or ".", pattern.replace("(?:", "("))
    try:
        require_followable(f"root ::= {parts}")
    except InvalidRequest as refusal:
        return not isinstance(refusal, TooOpen)
    return True


def _bound_number(schema: Schema) -> None:
    """A bound beyond `LARGEST` is llama.cpp's overflow; one that is missing is set, unless the other excludes it."""
    for bound, exclusive, limit in (
        ("minimum", "exclusiveMinimum", -LARGEST),
        ("maximum", "exclusiveMaximum", LARGEST),
    ):
        for key in (bound, exclusive):
            value = schema.get(key)
            if isinstance(value, int | float) and abs(value) > LARGEST:
                schema[key] = LARGEST if value > 0 else -LARGEST
        if bound not in schema and exclusive not in schema:
            schema[bound] = limit


def _anything() -> Schema:
    value = _reference()
    return {
        "anyOf": [
            {"type": "string", "maxLength": LONGEST_TEXT},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "null"},
            {"type": "array", "items": value, "maxItems": MOST_ITEMS},
            {"type": "object", "additionalProperties": value},
        ]
    }


def _reference() -> Schema:
    return {"$ref": f"#/$defs/{ANYTHING}"}


def _mentions(node: object) -> bool:
    if isinstance(node, dict):
        return node.get("$ref") == _reference()["$ref"] or any(map(_mentions, node.values()))
    return isinstance(node, list) and any(map(_mentions, node))


def _is(kinds: object, kind: str) -> bool:
    return kinds == kind or (isinstance(kinds, list) and kind in kinds)


def _too_much(how: str) -> InvalidRequest:
    return InvalidRequest(
        f"The JSON schema of the answer {how}.",
        next_step="Simplify the schema, or ask another model.",
        param="response_format",
    )
