"""One request on its way through the flow: what is known of it so far, and the report and record made of that.

Takes no step itself; `pipeline.py` does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.access.limits import Reservation
from vestibule.core.answer import (
    Attempt,
    CacheLevel,
    CacheReport,
    CacheStatus,
    Completed,
    CostReport,
    Delta,
    Event,
    InArm,
    Opened,
    PrivacyReport,
    QualityReport,
    Report,
    RouteReport,
    TokenLogprob,
    Usage,
)
from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, ToolCall
from vestibule.core.configuration import Configuration
from vestibule.core.evidence import Evidence
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.generation.checks import AnswerCheck
from vestibule.generation.structured import called_well
from vestibule.monitoring.requests import Outcome, Participation, RequestRecord
from vestibule.privacy.policy import Policy
from vestibule.providers.base import Chunk
from vestibule.routing.catalogue import Model
from vestibule.routing.cost import Account, nothing
from vestibule.routing.experiments import Assignment
from vestibule.routing.plan import Candidate, Plan

_UNREAD = Classification(PrivacyClass.INTERNAL)
_NONE = Evidence()
_SHIPPED = Configuration()
_UNPLANNED = Plan(())
_TELLING = frozenset(
    {"ok", "upstream_failed", "no_candidate", "queue_full", "deadline", "too_large", "unavailable", "internal"}
)
"""How a request may end that tells something of the arms it had; other refusals are the caller's own."""


@dataclass(frozen=True)
class End:
    """How an answer ended: the provider's last chunk, and what the checks counted on the way. `unrestored` are the
    placeholders in it that stand for nothing we sent; `formed` is 1.0 where it has the format that was asked for;
    `active` is how often something in it would have acted when it is shown, `logprobs` those of all of it."""

    last: Chunk
    check: AnswerCheck
    unrestored: int
    formed: float | None = None
    active: int = 0
    logprobs: tuple[TokenLogprob, ...] | None = None


@dataclass(frozen=True)
class Piece:
    """Checked text of one candidate, in `parts` where several came together; `end` is there on the last one only."""

    text: str
    candidate: Candidate
    tool_calls: tuple[ToolCall, ...] = ()
    end: End | None = None
    parts: tuple[str, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


class Timed:
    """Milliseconds spent inside, added to those of `step`. Entered ten times a request."""

    __slots__ = ("_begun", "_spent_ms", "_step")

    def __init__(self, spent_ms: dict[str, float], step: str) -> None:
        self._spent_ms = spent_ms
        self._step = step

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        spent_us = int((time.perf_counter() - self._begun) * 1e6)
        self._spent_ms[self._step] = spent_us / 1000 + self._spent_ms.get(self._step, 0.0)


@dataclass
class Exchange:
    request: ChatRequest
    policy: Policy
    configuration: Configuration = _SHIPPED
    id: str = field(default_factory=lambda: f"chatcmpl-{os.urandom(12).hex()}")
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.perf_counter)
    caller: Caller | None = None
    assignments: tuple[Assignment, ...] = ()
    reservation: Reservation = field(default_factory=Reservation)
    classification: Classification = _UNREAD
    classified_fully: bool = False
    evidence: Evidence = _NONE
    suspect: int = 0
    planned: Plan = _UNPLANNED
    held_eur: float = 0.0
    counted_out: bool = False
    account: Account = field(default_factory=nothing)
    elsewhere: tuple[str, ...] = ()
    cache: CacheStatus = "bypass"
    attempts: list[Attempt] = field(default_factory=list)
    left: bool = False
    pseudonymised: int = 0
    answer: Completed | None = None
    first_token_s: float | None = None
    first_word_s: float | None = None
    outcome: Outcome = "failed"
    status: str = "internal"
    timings_ms: dict[str, float] = field(default_factory=dict)

    def timed(self, step: str) -> Timed:
        """Add the time spent inside to `timings_ms[step]`."""
        return Timed(self.timings_ms, step)

    def end(self, outcome: Outcome, status: str) -> None:
        self.outcome = outcome
        self.status = status

    def note_first_word(self) -> None:
        """A model says something, whenever that may be released."""
        if self.first_word_s is None:
            self.first_word_s = self.elapsed_s

    def note_first_token(self) -> None:
        self.first_token_s = self.elapsed_s if self.first_word_s is None or self.request.stream else self.first_word_s
        self.timings_ms["first_token"] = round(self.first_token_s * 1000, 3)

    def note_departure(self, pseudonymised: int) -> None:
        """It was cleared to leave, with so many originals staying behind; whoever answers it in the end."""
        self.left = True
        self.pseudonymised = max(self.pseudonymised, pseudonymised)

    @property
    def buildings(self) -> frozenset[str]:
        """Ids of the buildings that the request, or what was found for it, is about."""
        evidence = self.evidence
        found = [r.building_id for r in evidence.results] + [b for p in evidence.passages for b in p.buildings]
        return frozenset((*found, *(self.request.options.buildings or ())))

    @property
    def created(self) -> int:
        return int(self.started_at.timestamp())

    @property
    def elapsed_s(self) -> float:
        return time.perf_counter() - self.started

    def complete(self, candidate: Candidate, text: str, end: End) -> Completed:
        """The whole answer with its report, from what the last chunk and the checks say. The exchange has ended."""
        model, check, last = candidate.model, end.check, end.last
        checks = {"citations": check.citations.share, "numbers": check.numbers.share}
        asked = {"format": end.formed, "tools": called_well(self.request.tools, last.tool_calls)}
        checks |= {name: share for name, share in asked.items() if share is not None}
        measured = [share for share in checks.values() if share is not None]
        checks |= {"active_content": 0.0} if end.active else {}
        checks |= {"injection": 1 - self.suspect / len(self.evidence.passages)} if self.suspect else {}
        report = Report(
            id=self.id,
            privacy=PrivacyReport(
                self.classification.level.label,
                self.classification.reasons,
                left=self.left,
                pseudonymised=self.pseudonymised,
                unrestored=end.unrestored,
            ),
            route=RouteReport(
                model=model.id,
                provider=model.provider.id,
                location=model.location,
                reason=candidate.reason,
                attempts=tuple(self.attempts),
                config_version=self.configuration.number,
                task=self.planned.task,
                predicted=self.account.expected.time if self.account.expected else None,
                candidates=len(self.planned.candidates) or 1,
                experiments=self._arms,
            ),
            citations=check.cited(),
            quality=QualityReport(min(measured) if measured else None, checks),
            cost=self._cost(model, last.usage),
            cache=CacheReport(self.cache),
            timings_ms=self._timings(),
            logprobs=self._logprobs_told(end),
        )
        self.end("answered", "ok")
        usage, finish = last.usage or Usage(), last.finish_reason or "stop"
        self.answer = Completed(
            self.id, self.created, model.id, text, finish, usage, report, last.tool_calls, end.logprobs
        )
        return self.answer

    def _cost(self, model: Model, usage: Usage | None) -> CostReport:
        spent_eur = self.reservation.cost_eur
        return self.account.settle(self._tenant, spent_eur, model.id, model.location, usage, self.elsewhere)

    @property
    def _tenant(self) -> str:
        return self.caller.tenant if self.caller else ""

    def _logprobs_told(self, end: End) -> Literal["told", "withheld"] | UnsetType:
        if self.request.sampling.logprobs is None:
            return UNSET
        return "withheld" if end.logprobs is None else "told"

    def adopted(self, event: Event) -> Event:
        """An event of an identical request's answer as one of this request's."""
        if isinstance(event, Opened):
            self.note_first_token()
            return msgspec.structs.replace(event, id=self.id, created=self.created)
        return self.recall(event, None, "shared") if isinstance(event, Completed) else event

    def recall(self, answer: Completed, age_s: float | None, level: CacheLevel = "exact") -> Completed:
        """Another request's answer, cached or shared, with the class it had, as the answer to this request. The
        exchange has ended."""
        privacy = answer.report.privacy
        remembered = Classification(PrivacyClass.parse(privacy.level), privacy.reasons)
        self.classification = self.classification.joined(remembered)
        if self.first_token_s is None:
            self.note_first_token()
        self.cache = "hit"
        self.end("answered", "ok")
        cache = CacheReport("hit", level, None if age_s is None else round(age_s, 3))
        cost = self.account.recall(self._tenant, answer.report.cost)
        route = answer.report.route
        if route.experiments is not self._arms:
            route = msgspec.structs.replace(route, experiments=self._arms)
        report = msgspec.structs.replace(
            answer.report, id=self.id, route=route, cost=cost, cache=cache, timings_ms=self._timings()
        )
        self.answer = msgspec.structs.replace(answer, id=self.id, created=self.created, report=report)
        return self.answer

    def record(self, caller: Caller) -> RequestRecord:
        answer, log, expected = self.answer, self.policy.terms.logging, self.account.expected
        return RequestRecord(
            id=self.id,
            tenant=caller.tenant,
            key_id=caller.key_id if log.callers else "",
            started_at=self.started_at,
            duration_ms=round(self.elapsed_s * 1000, 3),
            model=self.request.model[:200],
            outcome=self.outcome,
            answered_by=answer.report.route.model if answer else None,
            location=answer.report.route.location if answer else None,
            privacy_class=self.classification.level.label,
            reasons=self.classification.reasons if log.reasons else (),
            cache=self.cache,
            prompt_tokens=answer.usage.prompt_tokens if answer else 0,
            completion_tokens=answer.usage.completion_tokens if answer else 0,
            config_version=self.configuration.number,
            timings_ms=dict(self.timings_ms),
            cost_eur=self.reservation.cost_eur,
            home_eur=self.account.home_eur,
            cloud_eur=self.account.cloud_eur,
            estimated_eur=expected.eur if expected else None,
            kwh=self.account.home.kwh if self.account.home else None,
            co2e_g=self.account.home.co2e_g if self.account.home else None,
            task=self.planned.task,
            predicted=expected.time if expected else None,
            quality=answer.report.quality.score if answer else None,
            difficulty=self.planned.difficulty,
            experiments=self._took_part(),
        )

    @property
    def _arms(self) -> tuple[InArm, ...] | UnsetType:
        return tuple(InArm(a.experiment, a.arm.id) for a in self.assignments) or UNSET

    def _took_part(self) -> tuple[Participation, ...] | None:
        """What is counted to its arms: not what was answered before, or refused for the caller's own reasons."""
        if not self.assignments or self.cache == "hit" or self.status not in _TELLING:
            return None
        failed = self.outcome != "answered" or self._was_helped
        return tuple(Participation(a.experiment, a.edition, a.arm.id, a.unit, failed) for a in self.assignments)

    @property
    def _was_helped(self) -> bool:
        """Another than the first model had to answer, or than that of the arm, which is at home and was not able."""
        if {attempt.outcome for attempt in self.attempts} - {"answered", "egress_refused"}:
            return True
        arm = next((c.model for c in self.planned.candidates if c.model.id == self.request.preferred), None)
        answered = self.answer.report.route.model if self.answer else None
        return arm is not None and arm.location == "home" and arm.id != answered

    def _timings(self) -> dict[str, float]:
        return self.timings_ms | {"total": round(self.elapsed_s * 1000, 3)}


def replay(answer: Completed) -> Iterator[Event]:
    """A whole answer as the events of one that was just made."""
    yield Opened(answer.id, answer.created, answer.model)
    yield Delta(answer.text, logprobs=answer.logprobs or ())
    yield answer
