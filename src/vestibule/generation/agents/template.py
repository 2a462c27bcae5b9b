"""A template: a system turn, a user turn with places to fill, and the schema of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from vestibule.core.errors import InvalidRequest

NAMES = ("plan", "delegate", "merge", "resolve")
_FOLDER = Path(__file__).parent / "templates"
_PLACE = re.compile(r"\{(\w+)\}")


class AgentTemplate(msgspec.Struct, frozen=True):
    """`inputs` say what belongs into each `{place}` of `user`; `schema` is the JSON schema (draft 2020-12) of the
    answer, which is at most `max_tokens` long."""

    name: str
    description: str
    inputs: dict[str, str]
    system: str
    user: str
    schema: dict[str, Any]
    max_tokens: int


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    description: str
    max_tokens: int
    inputs: dict[str, str]


def agent_templates() -> tuple[AgentTemplate, ...]:
    """Those that are shipped, in the order of a workflow. Reads eight small files."""
    return tuple(_read(name) for name in NAMES)


def completed(template: AgentTemplate, inputs: Mapping[str, str]) -> str:
    """The user turn with every place filled. What is filled in is not looked through for places itself.

    Raise `InvalidRequest` unless there is one input for each place.
    """
    if unlike := sorted(inputs.keys() ^ template.inputs.keys()):
        raise InvalidRequest(
            f"The template `{template.name}` takes {', '.join(template.inputs)}; "
            f"`{unlike[0]}` is {'not among them' if unlike[0] in inputs else 'missing'}.",
            next_step=f"`GET /v1/agents/templates/{template.name}` says what each is.",
        )
    return _PLACE.sub(lambda place: inputs[place[1]], template.user)


def _read(name: str) -> AgentTemplate:
    head, system, user = (_FOLDER / f"{name}.md").read_text("utf-8").split("\n---\n")
    said = msgspec.convert(yaml.safe_load(head), _Head)
    schema: dict[str, Any] = msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes())
    return AgentTemplate(
        name, said.description, said.inputs, " ".join(system.split()), user.strip(), schema, said.max_tokens
    )
