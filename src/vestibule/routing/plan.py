"""Order the candidates for one request: a hard filter with reasons, then what is home before what is not.

Scores, budgets, health and prediction come with the router; the shape of a plan stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import msgspec

from vestibule.core.chat import ChatRequest
from vestibule.core.errors import InvalidRequest, NoCandidate
from vestibule.routing.catalogue import AUTO, Capability, Catalogue, Model

CONFIGURATION_VERSION = 1  # waits for configuration: versions of what is tuned at run time


_WITHOUT: Mapping[Capability, str] = {
    "images": "takes no images",
    "json": "has no json",
    "tools": "has no tools",
    "logprobs": "tells no logprobs",
    "grammar": "follows no grammar",
}
_MENDS: Mapping[Capability, tuple[str, str]] = {
    "logprobs": (
        "logprobs",
        "Leave `logprobs` out, or name a model that llama.cpp or an OpenAI-compatible server runs.",
    ),
    "grammar": (
        "vestibule.grammar",
        "Leave `vestibule.grammar` out, or name a model that was added from a GGUF file.",
    ),
}
"""Where no model that the request may mean is able: what to leave out."""


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


def _never(_: Model) -> str:
    return ""


def plan(
    catalogue: Catalogue,
    request: ChatRequest,
    may_leave: Callable[[Model], Verdict],
    resting: Callable[[Model], str] = _never,
) -> Plan:
    """Every model the request may mean, home first. Raise `NoCandidate` where the filter leaves none.

    A cloud model that was named stays in: whether its bytes may leave is the gate's decision, not the plan's. Unnamed
    it stands behind what is at home, and only if `may_leave`. What is `resting`, with the reason, is not asked unless
    it was named. An adapter that none of them has is an `InvalidRequest`.
    """
    needed = _needed(request)
    selected = catalogue.select(request.model)
    _require_adapters(request, selected)
    _require_able(request, needed, selected)
    candidates = tuple(_judge(m, request, needed, may_leave, resting) for m in selected)
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
    """Functions that may be called need not be; those that must be, JSON and images are beyond some models."""
    needed: set[Capability] = set()
    if request.tool_choice.mode == "required":
        needed.add("tools")
    if request.response_format.kind != "text":
        needed.add("json")
    if any(message.images for message in request.messages):
        needed.add("images")
    if request.sampling.logprobs is not None:
        needed.add("logprobs")
    if request.options.grammar is not None:
        needed.add("grammar")
    return frozenset(needed)


def _require_adapters(request: ChatRequest, selected: Iterable[Model]) -> None:
    known = {name: None for model in selected for name in model.adapters}
    for name in request.options.route.adapters:
        if name not in known:
            raise InvalidRequest(
                f"The model `{request.model[:80]}` has no adapter `{name[:80]}`.",
                next_step=f"Its adapters: {', '.join(known) or 'none'}. `vestibule models add --adapter` adds one.",
                param="vestibule.route.adapters",
            )


def _require_able(request: ChatRequest, needed: Collection[Capability], selected: Iterable[Model]) -> None:
    for what, (param, mend) in _MENDS.items():
        if what in needed and not any(what in model.can for model in selected):
            name = request.model[:80]
            raise InvalidRequest(f"The model `{name}` {_WITHOUT[what]}.", next_step=mend, param=param)


def _judge(
    model: Model,
    request: ChatRequest,
    needed: frozenset[Capability],
    may_leave: Callable[[Model], Verdict],
    resting: Callable[[Model], str],
) -> Candidate:
    if lacking := needed - model.can:
        return Candidate(model, " and ".join(_WITHOUT[what] for what in sorted(lacking)), rejected=True)
    if missing := request.options.route.adapters.keys() - set(model.adapters):
        return Candidate(model, f"has no adapter {' and no '.join(sorted(missing))}", rejected=True)
    if request.model != AUTO:
        return Candidate(model, "named by the caller")
    if tired := resting(model):
        return Candidate(model, tired, rejected=True)
    if model.location == "cloud":
        verdict = may_leave(model)
        reason = f"home could not answer, and {verdict.reason}" if verdict.allowed else verdict.reason
        return Candidate(model, reason, rejected=not verdict.allowed)
    if not model.is_ready():
        return Candidate(model, "not ready yet", rejected=True)
    return Candidate(model, "home comes first")
