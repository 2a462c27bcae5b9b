"""An answer's report as the steps a reader can follow: what was done, how long it took and why it came out so."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vestibule.console.rendering import percent
from vestibule.core.answer import Completed

_NOT_STEPS = ("total", "first_token")


class Step(msgspec.Struct, frozen=True):
    """`time_ms` is None for what was done inside another step; `share` is its part of the total, 0 to 1."""

    title: str
    reasons: tuple[str, ...]
    time_ms: float | None = None
    share: float = 0.0


def steps(answer: Completed, tenant: str) -> list[Step]:
    """Every step that was timed, in the order it was taken, and the check, which runs while the answer is made."""
    timings = answer.report.timings_ms
    timed = {name: ms for name, ms in timings.items() if name not in _NOT_STEPS}
    total = timings.get("total") or sum(timed.values()) or 1.0
    taken = []
    for name, ms in timed.items():
        title, explain = _STEPS.get(name, (name.replace("_", " ").capitalize(), _unexplained))
        taken.append(Step(title, explain(answer), ms, min(ms / total, 1.0)))
    if "cache" not in timed:
        taken.append(Step("Cache", _looked_up(answer)))
    if taken:
        taken[0] = msgspec.structs.replace(taken[0], reasons=(f"Tenant {tenant}, within its limits.",))
    return [*taken, Step("Checked", _checked(answer))]


def _classified(answer: Completed) -> tuple[str, ...]:
    privacy = answer.report.privacy
    kept = "Something left the house." if privacy.left else "Nothing left the house."
    reasons = [f"{reason[:1].upper()}{reason[1:].rstrip('.')}." for reason in privacy.reasons]
    return (f"{privacy.level.capitalize()}, question and sources together.", *reasons, kept)


def _looked_up(answer: Completed) -> tuple[str, ...]:
    cache = answer.report.cache
    if cache.level == "shared":
        return ("Found: the same question was being answered already.",)
    if cache.status == "hit":
        age = f", {cache.age_s:.0f} s old" if cache.age_s is not None else ""
        return (f"Found: the same question was answered before ({cache.level}{age}).",)
    return ("Not answered before." if cache.status == "miss" else "Not looked at, as asked.",)


def _embedded(_: Completed) -> tuple[str, ...]:
    return ("The question as a vector, made once for every search.",)


def _retrieved(answer: Completed) -> tuple[str, ...]:
    count = len(answer.report.citations)
    if count == 0:
        return ("No source found its way into the answer.",)
    return (f"{count} source{'s' if count > 1 else ''} cited in the answer.",)


def _planned(answer: Completed) -> tuple[str, ...]:
    route = answer.report.route
    return (f"{route.model}: {route.reason.rstrip('.')}.",)


def _pseudonymised(answer: Completed) -> tuple[str, ...]:
    privacy = answer.report.privacy
    many = "" if privacy.pseudonymised == 1 else "s"
    stayed = f"{privacy.pseudonymised} name{many} or number{many} left as placeholder{many}."
    odd = f"{privacy.unrestored} placeholders of the answer stand for nothing that was sent."
    return (stayed, odd) if privacy.unrestored else (stayed,)


def _cleared(answer: Completed) -> tuple[str, ...]:
    route = answer.report.route
    return (
        f"Sealed for {route.provider} alone, which is {'at home' if route.location == 'home' else 'in the cloud'}.",
    )


def _generated(answer: Completed) -> tuple[str, ...]:
    usage = answer.usage
    tokens = f"{usage.prompt_tokens} tokens read, {usage.completion_tokens} written." if usage.total_tokens else ""
    attempts = [
        f"Before: {a.model} gave up ({a.outcome})." for a in answer.report.route.attempts if a.outcome != "answered"
    ]
    cut = ["Stopped at its length limit: the answer is not complete."] if answer.finish_reason == "length" else []
    return tuple(line for line in (tokens, *attempts, *cut) if line) or ("Composed from the sources alone.",)


def _checked(answer: Completed) -> tuple[str, ...]:
    said = [
        f"{percent(share)} of sentences with {name} passed."
        for name, share in answer.report.quality.checks.items()
        if share is not None
    ]
    return tuple(said) or ("Nothing in the answer to check against a source.",)


def _unexplained(_: Completed) -> tuple[str, ...]:
    return ()


_STEPS: dict[str, tuple[str, Callable[[Completed], tuple[str, ...]]]] = {
    "admit": ("Admitted", _unexplained),
    "classify": ("Classified", _classified),
    "cache": ("Cache", _looked_up),
    "embed": ("Embedded", _embedded),
    "retrieve": ("Retrieved", _retrieved),
    "plan": ("Routed", _planned),
    "pseudonymise": ("Pseudonymised", _pseudonymised),
    "clear": ("Cleared", _cleared),
    "generate": ("Generated", _generated),
}
