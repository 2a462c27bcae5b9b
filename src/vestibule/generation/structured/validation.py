"""What is wrong with a text that must be JSON, in words that a model can use. Values are never repeated."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from vestibule.core.chat import ResponseFormat
from vestibule.generation.structured.schema import compiled

if TYPE_CHECKING:
    import jsonschema_rs

LONGEST = 262_144  # characters of an answer
MOST_FAULTS = 8


def faults(schema: dict[str, Any], text: str) -> tuple[str, ...]:
    """The first `MOST_FAULTS` ways in which `text` is not JSON of `schema`; none where it is. CPU only."""
    value, problem = _decoded(text)
    return (problem,) if problem else _faults_of_value(schema, value)


def format_faults(wanted: ResponseFormat, text: str) -> tuple[str, ...]:
    """As `faults`, for any format: text never has any, `json_object` must be an object."""
    if wanted.kind == "text":
        return ()
    if wanted.schema is not None:
        return faults(wanted.schema, text)
    value, problem = _decoded(text)
    if problem is None and not isinstance(value, dict):
        problem = "$ is not an object"
    return (problem,) if problem else ()


def _decoded(text: str) -> tuple[object, str | None]:
    if len(text) > LONGEST:
        return None, f"it is longer than {LONGEST} characters"
    try:
        return msgspec.json.decode(text), None
    except RecursionError:
        return None, "it is nested too deeply"
    except (msgspec.DecodeError, UnicodeError) as error:
        # the place, and nothing of what stands there
        return None, "it is not JSON" + (" and is cut off" if "truncated" in str(error) else "")


def _faults_of_value(schema: dict[str, Any], value: object) -> tuple[str, ...]:
    known = compiled(schema)
    if _is_deeper(value, known.deepest):
        return ("it is nested too deeply",)
    try:
        # validated before it is explained: most answers are as they should be
        if known.validator.is_valid(value):
            return ()
        return tuple(_said(error) for error in islice(known.validator.iter_errors(value), MOST_FAULTS))
    except ValueError:
        return ("it cannot be followed",)


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(member, levels - 1) for member in members)


def _said(error: jsonschema_rs.ValidationError) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    return f"${place}: {error.message}"
