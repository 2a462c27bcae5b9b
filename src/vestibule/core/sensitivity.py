"""Privacy classes, egress rules and what a detector reports. Knows no recognizer and no policy."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import msgspec

EgressRule = Literal["block", "pseudonymise", "keep"]


class PrivacyClass(IntEnum):
    """Ordered: `max` of two classes is the effective class of both together."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3

    @property
    def label(self) -> str:
        return _LABELS[self]

    @classmethod
    def parse(cls, label: str) -> PrivacyClass:
        """Read a class by its label ("internal"); raise `ValueError` for any other word."""
        try:
            return cls[label.upper()]
        except KeyError:
            known = ", ".join(c.label for c in cls)
            raise ValueError(f"unknown privacy class {label!r}; one of: {known}") from None


_LABELS = tuple(level.name.lower() for level in PrivacyClass)


class Span(msgspec.Struct, frozen=True):
    """A detected entity: half-open character offsets into the text as given."""

    type: str
    start: int
    end: int
    score: float
    recognizer: str
    rule: EgressRule


class Classification(msgspec.Struct, frozen=True):
    """The class of a text, why, and where. Reasons name entity types and rules, never the text itself."""

    level: PrivacyClass
    reasons: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    def joined(self, other: Classification) -> Classification:
        """Effective class of both: the higher level, the reasons of both, this text's spans."""
        reasons = tuple(dict.fromkeys(self.reasons + other.reasons))
        return Classification(max(self.level, other.level), reasons, self.spans)
