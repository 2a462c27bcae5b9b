"""What no policy may say. One that does is not loaded, whoever wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Literal

import msgspec

from vestibule.core.sensitivity import EgressRule, PrivacyClass
from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.policy.document import CloudRule, Lines, Terms, TypeRule

# Secrets that open something. No policy lets them out, not even as the original behind a placeholder.
NEVER_LOOSENED = frozenset({"API_KEY", "PASSWORD", "PRIVATE_KEY", "CONNECTION_STRING", "ACCESS_CODE"})
_STRICTNESS: dict[EgressRule, int] = {"keep": 0, "pseudonymise": 1, "block": 2}


class Finding(msgspec.Struct, frozen=True):
    severity: Literal["error", "warning"]
    line: int
    message: str
    mend: str = ""


def errors_of(terms: Terms, lines: Lines) -> Iterator[Finding]:
    """Every breach, with its line."""
    for name, said in terms.types.items():
        line = lines.of(f"types.{name}")
        if name not in ENTITIES:
            yield Finding("error", line, f"`{name}` is no entity type.", _nearest(name))
        elif name in NEVER_LOOSENED and is_looser(name, said):
            message = f"{name} is restricted and blocked, and no policy loosens that."
            yield Finding("error", line, message, "Take the entry out.")
    for at, rule in enumerate(terms.cloud):
        yield from _breaches(rule, f"cloud[{at}]", lines)


def is_looser(name: str, said: TypeRule) -> bool:
    """Whether a known type gets a lower class or a weaker rule than it has by default."""
    usual = ENTITIES[name]
    lower = said.level is not None and PrivacyClass.parse(said.level) < usual.level
    return lower or (said.rule is not None and _STRICTNESS[said.rule] < _STRICTNESS[usual.rule])


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), ENTITIES, n=1)
    return f"Did you mean {near[0]}?" if near else f"Types are: {', '.join(sorted(ENTITIES))}."


def _breaches(rule: CloudRule, path: str, lines: Lines) -> Iterator[Finding]:
    if bool(rule.allow) == bool(rule.refuse):
        message = "a cloud rule has `allow` or `refuse`, one of the two."
        yield Finding("error", lines.of(path), message, "Split it, or name classes.")
    elif "restricted" in rule.allow:
        mend = "Take it out of `allow`; a type that is less than that gets another class under `types`."
        yield Finding("error", lines.of(f"{path}.allow"), "restricted never leaves the house.", mend)
