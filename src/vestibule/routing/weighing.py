"""What speaks for each of the models that may answer, and the order that follows: home before all else.

The cloud comes first only where nobody at home is probably good enough, or done in time, and somebody there has the
higher score, or is in time; else it stands behind home, for when that fails. Knows figures, no catalogue and no load.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import ChatRequest, TaskKind
from vestibule.core.configuration import Arm, Configuration, TaskRule, Weights
from vestibule.core.ports import Vector
from vestibule.core.sensitivity import PrivacyClass
from vestibule.routing.catalogue import Capability, Model
from vestibule.routing.cost import Costs
from vestibule.routing.plan import Candidate, Figures, Parts, Verdict
from vestibule.routing.tasks import rank

LATEST = 10.0
"""Deadlines after which it matters no more how late an answer is."""
NEAR = 2
"""Digits of a score: what differs by less is level, and the order of the catalogue holds."""


class Case(msgspec.Struct, frozen=True):
    """One request, as it is decided on. `level` is its effective class, `may_leave` what the policy says of a model
    outside, `models` those that the caller's key may use (None for all). `found` counts the characters of what the
    answer is to rest on; `spent_s` have passed of its time; `arms` are those of experiments that it got."""

    request: ChatRequest
    configuration: Configuration
    level: PrivacyClass
    may_leave: Callable[[Model], Verdict]
    models: Collection[str] | None = None
    vector: Vector | None = None
    found: int = 0
    spent_s: float = 0.0
    arms: tuple[Arm, ...] = ()


class Weighing(msgspec.Struct, frozen=True):
    """What is the same for all models that a case is weighed for. An answer beyond `within_s`, which the caller or the
    version in force says, is late; `deadline_s` is what its seconds are measured by. `language` is the one it is asked
    in, "" where that is not told or all models speak it."""

    case: Case
    needed: frozenset[Capability]
    task: TaskKind | None
    rule: TaskRule
    weights: Weights
    language: str
    difficulty: float
    prompt_tokens: int
    output_tokens: int
    deadline_s: float
    within_s: float
    models: Collection[str] | None
    costs: Costs
    today: date


def parts_of(model: Model, figures: Figures, weighing: Weighing) -> Parts:
    """The weights by what they count: the probability of a good enough answer, shares of the deadline until it is
    there, cents, and steps of privacy class above public that would leave."""
    weights = weighing.weights
    finish_s = figures.time.finish_s
    late = 0.0 if finish_s is None else min(finish_s / weighing.deadline_s, LATEST)
    steps = int(weighing.case.level) if model.location == "cloud" else 0
    return Parts(
        weights.quality * figures.quality,
        -weights.latency * late,
        -weights.cost * 100 * (figures.cost_eur or 0.0),
        -weights.privacy * steps,
    )


def by_place(eligible: Sequence[Candidate], weighing: Weighing) -> tuple[list[Candidate], list[Candidate]]:
    """Those at home and those outside, each the best first."""
    keyed = sorted(enumerate(eligible), key=lambda at: (*standing(at[1], weighing), -_level(at[1]), at[0]))
    return [c for _, c in keyed if c.model.location == "home"], [c for _, c in keyed if c.model.location == "cloud"]


def ordered(
    home: list[Candidate], outside: list[Candidate], weighing: Weighing, *, worth: bool = True
) -> list[Candidate]:
    """Of both the best first: home, unless nobody there will do and somebody outside has the higher score, by so much
    that it is `worth` a place in the cloud's share."""
    best = home[0] if home else None
    if best is not None and _will_do(best, weighing):
        return [replace(best, reason=_why_home(best, weighing)), *home[1:], *outside]
    better = [c for c in outside if _is_better(c, best, weighing)]
    if best is not None and better and not worth:
        reason = f"{_why_home(best, weighing)}: the cloud's share goes to what gains more by it"
        return [replace(best, reason=reason), *home[1:], *outside]
    if better:
        home = [replace(c, reason="home, where those outside cannot") for c in home]
    elif best is not None:
        home = [replace(best, reason=_why_home(best, weighing)), *home[1:]]
    first = [replace(c, reason=_why_outside(c, best, weighing)) for c in better]
    return [*first, *home, *(c for c in outside if c not in better)]


def gain(home: Sequence[Candidate], outside: Sequence[Candidate], weighing: Weighing) -> float:
    """How much higher the best score outside is than home's, where home will not do, counting nothing for the quality
    of what is too late there; 0 where home stays first."""
    best = home[0] if home else None
    if best is not None and _will_do(best, weighing):
        return 0.0
    scores = [c.score or 0.0 for c in outside if _is_better(c, best, weighing)]
    if best is None or best.parts is None or not scores:
        return max(scores, default=0.0)
    late = 0.0 if _is_timely(best, weighing) else best.parts.quality
    return max(scores) - best.parts.sum + late


def _is_better(outside: Candidate, home: Candidate | None, weighing: Weighing) -> bool:
    """Whether it is worth its way out: where home is too late it has to be in time, else more has to speak for it."""
    if home is None:
        return True
    if not _is_timely(home, weighing):
        return _is_timely(outside, weighing)
    return _is_timely(outside, weighing) and _level(outside) > _level(home)


def standing(candidate: Candidate, weighing: Weighing) -> tuple[bool, bool, bool, int]:
    """What goes before the score: whether it is good enough, done and heard of in time, and its place among the
    preferred."""
    figures, model = candidate.figures, candidate.model
    spoken_s = figures.time.first_token_s if figures else None
    slow = weighing.rule.first_token_s is not None and (spoken_s or 0.0) > weighing.rule.first_token_s
    place = rank(weighing.rule.prefer, model.id, model.name) if weighing.rule.prefer else None
    good, timely = _is_good(candidate, weighing), _is_timely(candidate, weighing)
    counts = timely and (good or model.location == "cloud")
    return not good, not timely, slow, place if place is not None and counts else len(weighing.rule.prefer)


def _will_do(candidate: Candidate, weighing: Weighing) -> bool:
    return _is_good(candidate, weighing) and _is_timely(candidate, weighing)


def _is_good(candidate: Candidate, weighing: Weighing) -> bool:
    """Whether its answer is probably good enough."""
    return candidate.figures is not None and candidate.figures.quality >= weighing.rule.quality


def _is_timely(candidate: Candidate, weighing: Weighing) -> bool:
    """Whether it can be had and is done by the deadline, as far as that is known."""
    figures = candidate.figures
    return figures is not None and not figures.full and (figures.time.finish_s or 0.0) <= weighing.within_s


def _level(candidate: Candidate) -> float:
    return round(candidate.score or 0.0, NEAR)


def _why_home(candidate: Candidate, weighing: Weighing) -> str:
    figures, model = candidate.figures, candidate.model
    if figures is None:
        return candidate.reason
    if figures.full:
        return "home comes first, though as many wait for it as may"
    if figures.quality < weighing.rule.quality:
        return f"home comes first, though good enough with {figures.quality:.2f} only"
    if (figures.time.finish_s or 0.0) > weighing.within_s:
        return f"home comes first, though done in about {figures.time.finish_s:.1f} of {weighing.within_s:.1f} s"
    if rank(weighing.rule.prefer, model.id, model.name) is not None:
        by_arm = any(arm.prefer for arm in weighing.case.arms)
        return f"home comes first; preferred {'by its arm' if by_arm else f'for {weighing.task}'}"
    return "home comes first"


def _why_outside(candidate: Candidate, best: Candidate | None, weighing: Weighing) -> str:
    verdict = weighing.case.may_leave(candidate.model).reason
    if best is None or best.figures is None:
        return f"no model at home can, and {verdict}"
    if best.figures.full:
        return f"as many wait at home as may, and {verdict}"
    if best.figures.quality < weighing.rule.quality:
        least = weighing.rule.quality
        return f"home is good enough with {best.figures.quality:.2f} only, {least:.2f} is wanted, and {verdict}"
    took = best.figures.time.finish_s
    return f"home would take about {took:.1f} s of {weighing.within_s:.1f}, and {verdict}"
