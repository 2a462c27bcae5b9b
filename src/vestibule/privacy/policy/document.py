"""The shape of a policy file, and reading one: what is wrong is named with its line and its mend.

Knows YAML and what a field may hold; what a policy means is in `policy.py`, what is unwise about one in `lint.py`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
import yaml

from vestibule.core.errors import VestibuleError
from vestibule.core.sensitivity import EgressRule

Label = Literal["public", "internal", "confidential", "restricted"]
LONGEST = 262_144  # bytes of a policy file
_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")


class PolicyError(VestibuleError):
    """A policy cannot be used: names the file, the line and the mend."""

    code = "invalid_request"


class TypeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"level": "class"}):
    """What a policy says otherwise of one entity type."""

    level: Label | None = None
    rule: EgressRule | None = None


class CloudRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which classes may (`allow`) or may not (`refuse`) leave. A selector that is empty selects everything."""

    name: str = ""
    allow: tuple[Label, ...] = ()
    refuse: tuple[Label, ...] = ()
    tenants: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where `required`, a request leaves only if its tenant is listed or, with `from_callers`, the request says so."""

    required: bool = True
    tenants: tuple[str, ...] = ()
    from_callers: bool = True


Count = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days that audit records, request records, the vault's sealed pseudonyms and stored responses are kept."""

    audit_days: Count = 365
    request_days: Count = 90
    vault_days: Count = 30
    response_days: Count = 30


class Logging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What request records and log lines may hold besides counts and times. Text never is among it."""

    reasons: bool = True
    callers: bool = True


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a policy file may say, with what holds where it says nothing."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    default_class: Literal["internal", "confidential", "restricted"] = "internal"
    types: dict[str, TypeRule] = {}
    aggregated_performance: Literal["keep", "block"] = "block"
    shift_numbers: bool = False
    images: Literal["home", "stripped"] = "home"
    cloud: tuple[CloudRule, ...] = ()
    consent: Consent = Consent()
    retention: Retention = Retention()
    logging: Logging = Logging()


class Lines:
    """The line of every value of a YAML file, by its path ("cloud[0].allow")."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._lines: dict[str, int] = {}
        if root is not None:
            self._walk(root, "")

    def of(self, path: str) -> int:
        """The line of the nearest thing that is there on the way to `path`."""
        while path and path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines.get(path, 1)

    def _walk(self, node: yaml.Node, path: str) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = f"{path}.{key.value}" if path else str(key.value)
                if inner in self._lines:
                    raise _Duplicate(inner, key.start_mark.line + 1)
                self._lines[inner] = key.start_mark.line + 1
                self._walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for at, value in enumerate(node.value):
                self._walk(value, f"{path}[{at}]")


class _Duplicate(Exception):
    pass


def read(content: bytes, source: str) -> tuple[Terms, Lines]:
    """Decode a policy file. Raise `PolicyError` naming `source`, the line and the mend."""
    if len(content) > LONGEST:
        raise PolicyError(f"{source} is longer than {LONGEST} bytes.", next_step="A policy is a page: shorten it.")
    try:
        text = content.decode("utf-8")
        lines = Lines(yaml.compose(text, Loader=yaml.SafeLoader))
        loaded: object = yaml.safe_load(text)
    except UnicodeDecodeError:
        raise PolicyError(f"{source} is not UTF-8.", next_step="Save it in UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}:{mark.line + 1}" if mark else source
        problem = getattr(error, "problem", None) or "is not YAML"
        raise PolicyError(f"{where}: {problem}.", next_step="Mend that line.") from None
    except (_Duplicate, RecursionError) as error:
        raise _twice(error, source) from None
    if not isinstance(loaded, dict):
        raise PolicyError(f"{source}:1: a mapping is expected.", next_step="Begin with `version: 1`.")
    try:
        return msgspec.convert(loaded, Terms), lines
    except msgspec.ValidationError as error:
        raise _explain(error, loaded, lines, source) from None


def _twice(error: _Duplicate | RecursionError, source: str) -> PolicyError:
    if isinstance(error, RecursionError):
        return PolicyError(f"{source} is nested too deeply.", next_step="Write it without anchors.")
    path, line = error.args
    return PolicyError(f"{source}:{line}: `{path}` is there twice.", next_step="Keep one of the two.")


def _explain(error: msgspec.ValidationError, loaded: dict[object, object], lines: Lines, source: str) -> PolicyError:
    path, problem = _place(error)
    if path.startswith("types[...]"):
        path, problem = _wrong_type(loaded, path, problem)
    if unknown := _UNKNOWN.search(problem):
        path = f"{path}.{unknown[1]}" if path else unknown[1]
    said = f"`{path}`: " if path else ""
    return PolicyError(
        f"{source}:{lines.of(path)}: {said}{problem}.", next_step="docs/privacy.md lists what may stand."
    )


def _wrong_type(loaded: dict[object, object], path: str, problem: str) -> tuple[str, str]:
    """msgspec does not name the key of a mapping: look for the entry that is wrong."""
    types = loaded.get("types")
    for name, value in types.items() if isinstance(types, dict) else ():
        try:
            msgspec.convert(value, TypeRule)
        except msgspec.ValidationError as error:
            inner, problem = _place(error)
            return f"types.{name}.{inner}".rstrip("."), problem
    return path, problem


def _place(error: msgspec.ValidationError) -> tuple[str, str]:
    message = str(error)
    where = _WHERE.search(message)
    return (where[1] if where else ""), _WHERE.sub("", message)
