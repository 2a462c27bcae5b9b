"""What an answer may be built from: retrieved passages and results of typed building functions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from vestibule.core.sensitivity import PrivacyClass

Utility = Literal["electricity", "gas", "chilled_water"]
Cause = Literal["stuck_damper", "failed_setback", "chiller_fault", "holiday", "meter_gap", "unexplained"]


class Passage(msgspec.Struct, frozen=True, tag="passage"):
    """A chunk of a document that is live now.

    `locator` is what a reader needs to find it: "§ Night setback" or "page 3". `score` orders passages
    within one search and means nothing across searches.
    """

    chunk_id: str
    document_id: str
    title: str
    locator: str
    text: str
    score: float
    level: PrivacyClass = PrivacyClass.INTERNAL
    buildings: tuple[str, ...] = ()
    dated: date | None = None


class Period(msgspec.Struct, frozen=True):
    """Half-open [start, end) in aware local time of the building; `label` is how we say it."""

    start: datetime
    end: datetime
    label: str


class Quantity(msgspec.Struct, frozen=True):
    """A number with its unit, named ("total", "expected", "peak_demand"); every number said comes from one."""

    name: str
    value: float
    unit: str


class Finding(msgspec.Struct, frozen=True):
    """An explained departure from what is normal. `signs` are the observations that point to the cause."""

    cause: Cause
    period: Period
    confidence: float
    summary: str
    signs: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()


class ToolResult(msgspec.Struct, frozen=True, tag="result"):
    """What one typed function found. `statements` are sentences ready to be said; each number in them
    is one of `quantities` (of the result or of a finding), rounded."""

    id: str
    tool: str
    building_id: str
    building: str
    utility: Utility | None
    period: Period
    quantities: tuple[Quantity, ...]
    coverage: float
    method: str
    statements: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    level: PrivacyClass = PrivacyClass.RESTRICTED


class Evidence(msgspec.Struct, frozen=True):
    """All that an answer may rest on. `gaps` say in plain words what was asked and could not be found."""

    passages: tuple[Passage, ...] = ()
    results: tuple[ToolResult, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def level(self) -> PrivacyClass:
        levels = [p.level for p in self.passages] + [r.level for r in self.results]
        return max(levels, default=PrivacyClass.PUBLIC)

    def cleared_for(self, level: PrivacyClass) -> Evidence:
        """What a caller with this clearance may be shown of it; what was kept back is not mentioned."""
        if self.level <= level:
            return self
        return Evidence(
            tuple(p for p in self.passages if p.level <= level),
            tuple(r for r in self.results if r.level <= level),
            self.gaps,
        )
