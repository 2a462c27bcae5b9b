"""A case: what is asked, and what a right answer must hold. A set of them is a file of JSON lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import jsonschema_rs
import msgspec
from msgspec import Meta

from vestibule.core.chat import TaskKind
from vestibule.core.errors import InvalidRequest

_Name = Annotated[str, Meta(min_length=1, max_length=120)]
_Text = Annotated[str, Meta(min_length=1)]


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number that must be said, within `tolerance` of its value, followed by its `unit` where it has one. Thousands
    and millions of kWh and kW count as such (MWh, GWh, MW)."""

    value: float
    tolerance: Annotated[float, Meta(ge=0, le=1)] = 0.01
    unit: str = ""


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is given must hold. `contains`: words, whatever their case; `regex`: Python's, searched for anywhere,
    whatever the case; `number`: figures; `json_schema`: the answer is JSON that follows it; `citation`: a stretch of
    the passage that is cited."""

    contains: _Text | tuple[_Text, ...] = ()
    regex: _Text | None = None
    number: Figure | tuple[Figure, ...] = ()
    json_schema: dict[str, Any] | None = None
    citation: _Text | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return (self.contains,) if isinstance(self.contains, str) else self.contains

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.number,) if isinstance(self.number, Figure) else self.number


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: str
    content: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Either a `question` or `messages`. `answer_schema` is the JSON schema that the answer is asked for in;
    `grounded` whether the house's documents and meters are looked into for it."""

    id: _Name
    expect: Expected
    question: _Text | None = None
    messages: tuple[Turn, ...] = ()
    task: TaskKind | None = None
    answer_schema: dict[str, Any] | None = None
    grounded: bool = True
    max_tokens: Annotated[int, Meta(ge=1, le=32_000)] = 256

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.messages or (Turn("user", self.question or ""),)


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read a set. Blocks.

    Raise `InvalidRequest` that names the line of what is no case, is there twice, or expects nothing that can be
    checked.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise InvalidRequest(f"The evaluation set cannot be read: {reason}.", next_step="Check --set.") from None
    decoder = msgspec.json.Decoder(Case)
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            case = _decoded(decoder, line, number)
            if case.id in cases:
                raise _wrong(number, f"the id `{case.id}` is there already")
            cases[case.id] = case
    if not cases:
        raise InvalidRequest("The evaluation set has no case.", next_step="Put one JSON object on each line.")
    return tuple(cases.values())


def written(cases: Sequence[Case]) -> bytes:
    """The set as its file."""
    return b"".join(msgspec.json.encode(case) + b"\n" for case in cases)


def _decoded(decoder: msgspec.json.Decoder[Case], line: str, number: int) -> Case:
    try:
        case = decoder.decode(line)
    except msgspec.DecodeError as error:
        raise _wrong(number, str(error)) from None
    if (case.question is None) == (not case.messages):
        raise _wrong(number, "it needs either `question` or `messages`")
    if case.expect == Expected():
        raise _wrong(number, "`expect` names nothing that can be checked")
    try:
        re.compile(case.expect.regex or "")
        for schema in (case.expect.json_schema, case.answer_schema):
            jsonschema_rs.validator_for(schema or {})
    except re.error as error:
        raise _wrong(number, f"`expect.regex` is no regular expression: {error}") from None
    except ValueError as error:
        raise _wrong(number, f"a schema is no JSON schema: {error}") from None
    return case


def _wrong(line: int, what: str) -> InvalidRequest:
    return InvalidRequest(f"Line {line} of the evaluation set: {what}.", next_step="See docs/evaluation.md.")
