"""Strict JSON decoding whose errors name the place in the body and the nearest thing we know."""

from __future__ import annotations

import difflib
import re
from typing import TypeVar

import msgspec
from msgspec import inspect

from vestibule.core.errors import InvalidRequest

T = TypeVar("T")

_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")


def decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode `body`. Raise `InvalidRequest` whose `param` is the path of what is wrong, as `messages[0].role`."""
    if not body.strip():
        raise InvalidRequest("The body is empty.", next_step="Send a JSON object.")
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _explain(str(error), decoder.type) from None
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8.", next_step="Encode it as UTF-8.") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.", next_step="Flatten it.") from None
    except msgspec.DecodeError as error:
        raise InvalidRequest(
            f"The body is not JSON: {error}.", next_step="Check it with a JSON validator; the encoding is UTF-8."
        ) from None


def convert(value: object, kind: type[T], path: str) -> T:
    """Read what was decoded as `kind`, strictly. Raise `InvalidRequest` whose `param` begins with `path`."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _explain(str(error), kind, path) from None


def _explain(problem: str, root: object, above: str = "") -> InvalidRequest:
    place = _WHERE.search(problem)
    inner = place.group(1) if place else ""
    path = f"{above}{inner}" if inner.startswith("[") else _join(above, inner) if inner else above
    said = _WHERE.sub("", problem).replace("`", "")
    if unknown := _UNKNOWN.match(problem):
        return _unknown_field(_join(path, unknown.group(1)), unknown.group(1), _fields(inspect.type_info(root), inner))
    if missing := _MISSING.match(problem):
        name = _join(path, missing.group(1))
        return InvalidRequest(f"`{name}` is missing.", next_step="It is required.", param=name)
    return InvalidRequest(f"`{path or 'the body'}`: {said}.", next_step="See /docs.", param=path or None)


def _unknown_field(path: str, name: str, known: list[str]) -> InvalidRequest:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(known)}."
    return InvalidRequest(f"`{path[:120]}` is not a field we know.", next_step=hint, param=path[:120])


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _fields(node: inspect.Type, path: str) -> list[str]:
    """Names of the fields that the object at `path` may have."""
    for step in re.findall(r"[^.\[\]]+|\[", path.replace("[...]", "[")):
        node = _descend(node, step)
    found = _alternative(node, inspect.StructType)
    return [field.encode_name for field in found.fields] if found else []


def _descend(node: inspect.Type, step: str) -> inspect.Type:
    if step == "[":
        sequence = _alternative(node, inspect.ListType)
        return sequence.item_type if sequence else node
    struct = _alternative(node, inspect.StructType)
    fields = struct.fields if struct else ()
    return next((field.type for field in fields if field.encode_name == step), node)


N = TypeVar("N", bound=inspect.Type)


def _alternative(node: inspect.Type, kind: type[N]) -> N | None:
    options = node.types if isinstance(node, inspect.UnionType) else (node,)
    return next((option for option in options if isinstance(option, kind)), None)
