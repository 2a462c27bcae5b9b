"""Which JSON schemas are taken: whole in themselves, and of a size that is compiled and followed in bounded time.

Patterns run on an engine that takes time linear in the text, so they have no look-around and no back-references.
Nothing is ever fetched.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import msgspec

from vestibule.core.errors import InvalidRequest

if TYPE_CHECKING:
    import jsonschema_rs

LONGEST = 131_072  # bytes
MOST_PARTS = 20_000  # with every reference written out
MOST_PATTERNS = 256  # each takes up to a millisecond to compile
DEEPEST = 48
DEEPEST_ANSWER = 64
MOST_VISITS = 100_000  # of one value in an answer, by a schema that asks for itself more than once in the same place
_REGEX_BYTES = 200_000
_MASK = "the value"  # stands for what an answer says, wherever a fault would repeat it
# fmt: off
_ONE = frozenset((
    "items", "additionalProperties", "additionalItems", "contains", "not", "if", "then", "else", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
))
_SEVERAL = frozenset(("allOf", "anyOf", "oneOf", "prefixItems", "items"))
_NAMED = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"))
# fmt: on
_DEFINITIONS = frozenset(("$defs", "definitions"))
ANY = "*"
_STEPS = dict.fromkeys(("patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"), ANY)
_STEPS |= dict.fromkeys(("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"), "[]")
_ELSEWHERE = ("$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor")

Node = Mapping[str, Any] | bool
Path = tuple[str, ...]


class Compiled(NamedTuple):
    """`deepest` is how far an answer may be nested for following the schema to take bounded time."""

    validator: jsonschema_rs.Validator
    deepest: int


def require_schema(schema: dict[str, Any], param: str) -> None:
    """Raise `InvalidRequest`, with the place under `param`, for a schema that we do not take. CPU only."""
    try:
        compiled(schema)
    except SchemaError as error:
        raise InvalidRequest(
            f"`{param}` {error}.", next_step="Send a JSON schema that is whole in itself.", param=param
        ) from None


class SchemaError(ValueError):
    """What is wrong with a schema, as the end of a sentence: "is nested too deeply"."""


def compiled(schema: dict[str, Any]) -> Compiled:
    """Raise `SchemaError`. The last ones compiled are kept."""
    try:
        encoded = msgspec.json.encode(schema)
    except RecursionError:
        raise SchemaError("is nested too deeply") from None
    if len(encoded) > LONGEST:
        raise SchemaError(f"is longer than {LONGEST} bytes")
    return _compiled(encoded)


@lru_cache(maxsize=256)
def _compiled(encoded: bytes) -> Compiled:
    import jsonschema_rs  # 3 MB that only who asks for a schema needs

    schema = msgspec.json.decode(encoded)
    branches = _Walk(schema).branches()
    options = jsonschema_rs.RegexOptions(size_limit=_REGEX_BYTES, dfa_size_limit=_REGEX_BYTES)
    try:
        validator = jsonschema_rs.validator_for(schema, offline=True, pattern_options=options, mask=_MASK)
    except jsonschema_rs.ValidationError as error:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
        said = f" at `{place.lstrip('.')}`" if place else ""
        raise SchemaError(f"is no JSON schema that can be followed{said} ({error.kind.name})") from None
    except ValueError:
        raise SchemaError("is no JSON schema that can be followed") from None
    return Compiled(validator, DEEPEST_ANSWER if branches < 2 else max(2, int(math.log(MOST_VISITS, branches))))


class _Walk:
    """Through a schema as validation goes, references written out, until there is too much of it."""

    def __init__(self, root: Node) -> None:
        self._root = root
        # of every reference being followed: how deep in the answer, and where in it the same reference is met again
        self._open: dict[str, tuple[int, Counter[Path]]] = {}
        self._parts = 0
        self._patterns = 0
        self._branches = 0

    def branches(self) -> int:
        """How often the schema asks for itself in one place of an answer, at most; 0 where it never does."""
        with self._following("#", ()):
            self._through(self._root, "", 0, ())
        return self._branches

    def _through(self, node: object, place: str, depth: int, path: Path) -> None:
        """`place` is in the schema, `path` in the answer."""
        if not isinstance(node, dict):
            return
        self._count(node)
        if depth > DEEPEST:
            raise SchemaError("is nested too deeply")
        if any(name in node for name in _ELSEWHERE) or ("$id" in node and place):
            raise SchemaError(f"names or refers to a part by an anchor or id{_at(place)}; only `#/…` is followed")
        for inner, step, part in _parts(node, skip_definitions=depth > 0):
            self._through(part, f"{place}.{inner}", depth + 1, (*path, step) if step else path)
        if "$ref" in node:
            self._follow(node["$ref"], place, depth, path)

    def _count(self, node: Mapping[str, Any]) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise SchemaError(f"has more than {MOST_PARTS} parts once its references are written out")
        named = node.get("patternProperties")
        self._patterns += ("pattern" in node) + (len(named) if isinstance(named, dict) else 0)
        if self._patterns > MOST_PATTERNS:
            raise SchemaError(f"has more than {MOST_PATTERNS} patterns")

    def _follow(self, reference: object, place: str, depth: int, path: Path) -> None:
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise SchemaError(f"refers to something outside itself{_at(place)}")
        if reference in self._open:
            begun, met = self._open[reference]
            met[path[begun:]] += 1
            return
        with self._following(reference, path):
            self._through(self._resolved(reference, place), place, depth + 1, path)

    @contextmanager
    def _following(self, reference: str, path: Path) -> Iterator[None]:
        met: Counter[Path] = Counter()
        self._open[reference] = len(path), met
        yield
        del self._open[reference]
        named = max((count for path, count in met.items() if ANY not in path), default=0)
        anywhere = sum(count for path, count in met.items() if ANY in path)
        self._branches = max(self._branches, named + anywhere)

    def _resolved(self, reference: str, place: str) -> object:
        found: object = self._root
        for step in reference[2:].split("/"):
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            else:
                raise SchemaError(f"refers to a part that is not there{_at(place)}")
        return found


def _parts(node: Mapping[str, Any], *, skip_definitions: bool) -> Iterator[tuple[str, str, object]]:
    """Each part with its place in the schema, and the step to it in the answer; "" where it is of the same value."""
    for name, value in node.items():
        step = _STEPS.get(name, "")
        if name in _NAMED and isinstance(value, dict) and not (skip_definitions and name in _DEFINITIONS):
            yield from (
                (f"{name}.{key}", f".{key}" if name == "properties" else step, part) for key, part in value.items()
            )
        elif name in _SEVERAL and isinstance(value, list):
            yield from ((f"{name}[{at}]", step, part) for at, part in enumerate(value))
        elif name in _ONE:
            yield name, step, value


def _at(place: str) -> str:
    return f" at `{place.lstrip('.')[:120]}`" if place else ""
