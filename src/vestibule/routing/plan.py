"""Order the candidates for one request: a hard filter with reasons, then what is home before what is not.

Scores, budgets, health and prediction come with the router; the shape of a plan stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from vestibule.core.chat import ChatRequest
from vestibule.core.errors import NoCandidate
from vestibule.routing.catalogue import AUTO, Capability, Catalogue, Model

CONFIGURATION_VERSION = 1  # waits for configuration: versions of what is tuned at run time


class Candidate(msgspec.Struct, frozen=True):
    model: Model
    reason: str
    rejected: bool = False


class Plan(msgspec.Struct, frozen=True):
    candidates: tuple[Candidate, ...]
    config_version: int = CONFIGURATION_VERSION

    @property
    def eligible(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if not c.rejected)


class Verdict(Protocol):
    """What the privacy policy says of sending the request to a model outside."""

    @property
    def allowed(self) -> bool: ...
    @property
    def reason(self) -> str: ...


def plan(catalogue: Catalogue, request: ChatRequest, may_leave: Callable[[Model], Verdict]) -> Plan:
    """Every model the request may mean, home first. Raise `NoCandidate` where the filter leaves none.

    A cloud model that was named stays in: whether its bytes may leave is the gate's decision, not the plan's. Unnamed
    it stands behind what is at home, and only if `may_leave`.
    """
    needed = _needed(request)
    candidates = tuple(_judge(m, request.model, needed, may_leave) for m in catalogue.select(request.model))
    ordered = tuple(sorted(candidates, key=lambda c: (c.rejected, c.model.location == "cloud")))
    made = Plan(ordered)
    if not made.eligible:
        reasons = "; ".join(f"{c.model.id}: {c.reason}" for c in ordered) or "no model is configured"
        raise NoCandidate(
            f"No model may answer this request ({reasons}).",
            next_step="Ask a model that can, or add one: `vestibule models list` shows what is there.",
        )
    return made


def _needed(request: ChatRequest) -> frozenset[Capability]:
    """Functions that may be called need not be; those that must be, and JSON, are beyond some models."""
    needed: set[Capability] = set()
    if request.tool_choice.mode == "required":
        needed.add("tools")
    if request.response_format.kind != "text":
        needed.add("json")
    return frozenset(needed)


def _judge(model: Model, asked: str, needed: frozenset[Capability], may_leave: Callable[[Model], Verdict]) -> Candidate:
    if lacking := needed - model.can:
        return Candidate(model, f"has no {' and no '.join(sorted(lacking))}", rejected=True)
    if asked != AUTO:
        return Candidate(model, "named by the caller")
    if model.location == "cloud":
        verdict = may_leave(model)
        reason = f"home could not answer, and {verdict.reason}" if verdict.allowed else verdict.reason
        return Candidate(model, reason, rejected=not verdict.allowed)
    if not model.is_ready():
        return Candidate(model, "not ready yet", rejected=True)
    return Candidate(model, "home comes first")
