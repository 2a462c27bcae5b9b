"""What the caller is told when no model answered: of all that failed, what helps most."""

from __future__ import annotations

from collections.abc import Sequence

from vestibule.core.errors import (
    DeadlineExceeded,
    InvalidRequest,
    NoCandidate,
    RateLimited,
    UpstreamFailed,
    VestibuleError,
)
from vestibule.routing.resilience.health import Resting
from vestibule.routing.resilience.repetition import Differs

RETRY_AFTER_S = 10.0


def verdict(failures: Sequence[tuple[str, VestibuleError]], *, broke_off: bool = False) -> VestibuleError:
    """`failures` by model, oldest first; `broke_off` where the caller has the beginning of an answer."""
    if not failures:
        return NoCandidate("No model may answer this request.")
    last = failures[-1][1]
    if isinstance(last, DeadlineExceeded):
        return last
    if broke_off:
        return _broken_off(failures)
    of_models = dict(failures)
    if mistaken := [e for e in of_models.values() if isinstance(e, InvalidRequest)]:
        return mistaken[0]
    failed = {model: e for model, e in of_models.items() if isinstance(e, UpstreamFailed)}
    if len(failed) == len(of_models) and all(e.fault == "rate_limited" for e in failed.values()):
        return _rate_limited(failed)
    return _failed(failed) if failed else last


def outcome(error: VestibuleError) -> str:
    """One word for how an attempt failed."""
    if isinstance(error, Differs):
        return "differs"
    if isinstance(error, Resting):
        return "resting"
    return error.fault if isinstance(error, UpstreamFailed) else error.code


def _broken_off(failures: Sequence[tuple[str, VestibuleError]]) -> UpstreamFailed:
    said = "; ".join(f"{model}: {outcome(error)}" for model, error in failures)
    return UpstreamFailed(
        f"The answer broke off, and no model could take it up where it did ({said}).",
        next_step="What came so far is not the whole answer. Ask again.",
        fault="cut",
    )


def _rate_limited(failed: dict[str, UpstreamFailed]) -> RateLimited:
    waits = {m: RETRY_AFTER_S if e.retry_after_s is None else e.retry_after_s for m, e in failed.items()}
    model = min(waits, key=lambda m: waits[m])
    return RateLimited(failed[model].message, retry_after_s=waits[model], next_step=failed[model].next_step)


def _failed(failed: dict[str, UpstreamFailed]) -> UpstreamFailed:
    """The failure of the first in the plan, and the names of the others."""
    (_, first), *others = failed.items()
    if not others:
        return first
    said = ", ".join(f"{model} ({outcome(error)})" for model, error in others)
    return UpstreamFailed(
        f"{first.message} No other model answered: {said}.", next_step=first.next_step, fault=first.fault
    )
