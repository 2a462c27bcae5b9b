"""A text in which pieces are to be replaced: plain, or JSON, where only strings and numbers may change.

Detectors see JSON with its escapes undone; what is written is valid JSON again. Knows no placeholder's shape.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')
# fmt: off
_KEYWORDS = frozenset((
    "type", "properties", "required", "items", "enum", "const", "description", "title", "default", "format", "pattern",
    "examples", "anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "definitions", "additionalProperties", "strict",
    "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
))
# fmt: on


class Replacement(NamedTuple):
    """`text[start:end]` becomes `written`."""

    start: int
    end: int
    written: str


class Document(Protocol):
    """`text` is what is searched; offsets are offsets in it."""

    @property
    def text(self) -> str: ...

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what can be replaced of [start, end), in order."""
        ...

    def render(self, replacements: Sequence[Replacement]) -> str:
        """Return the document with its replacements, which are in order, apart, and each a piece."""
        ...


def read(text: str, *, schema: bool = False) -> Document:
    """Read JSON objects and arrays as JSON, everything else as plain text. In a `schema` its keywords stay."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return Plain(text)
        return Json(text, _KEYWORDS if schema else frozenset())
    return Plain(text)


class Plain:
    def __init__(self, text: str) -> None:
        self.text = text

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        if start < end:
            yield start, end

    def render(self, replacements: Sequence[Replacement]) -> str:
        return _replaced(self.text, 0, len(self.text), replacements)


class Json:
    """Strings stand in `text` unescaped between their quotes, everything else as it was."""

    def __init__(self, raw: str, protected: frozenset[str] = frozenset()) -> None:
        self._raw = raw
        self._literals: list[_Literal] = []
        parts: list[str] = []
        done = length = 0
        for match in _LITERAL.finditer(raw):
            before = raw[done : match.start()]
            quoted = match.group()[0] == '"'
            value = json.loads(match.group()) if quoted else match.group()
            parts += [before, f'"{value}"' if quoted else value]
            start = length + len(before) + quoted
            length = start + len(value) + quoted
            done = match.end()
            if value not in protected:
                self._literals.append(_Literal(start, start + len(value), match.start(), match.end(), quoted))
        self._starts = [literal.start for literal in self._literals]
        self.text = "".join([*parts, raw[done:]])

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A part of a string, or the whole of a number: half of one could not be written down."""
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self._literals)):
            literal = self._literals[index]
            if literal.start >= end:
                return
            if max(start, literal.start) < min(end, literal.end):
                clipped = max(start, literal.start), min(end, literal.end)
                yield clipped if literal.quoted else (literal.start, literal.end)

    def render(self, replacements: Sequence[Replacement]) -> str:
        parts: list[str] = []
        done = at = 0
        for literal in self._literals:
            begun = at
            while at < len(replacements) and replacements[at].end <= literal.end:
                at += 1
            if at > begun:
                value = _replaced(self.text, literal.start, literal.end, replacements[begun:at])
                parts += [self._raw[done : literal.raw_start], json.dumps(value, ensure_ascii=False)]
                done = literal.raw_end
        return "".join([*parts, self._raw[done:]])


class _Literal(NamedTuple):
    """Where the value of a string or number stands in the text, and where the literal stands in the JSON."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    quoted: bool


def _replaced(text: str, start: int, end: int, replacements: Sequence[Replacement]) -> str:
    parts: list[str] = []
    for replacement in replacements:
        parts += [text[start : replacement.start], replacement.written]
        start = replacement.end
    return "".join([*parts, text[start:end]])
