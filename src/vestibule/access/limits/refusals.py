"""What a caller is told who may have no more: which limit, whose, and when it may come again."""

from __future__ import annotations

from vestibule.access.limits.claims import NANO, Ceiling, Shortage, What
from vestibule.core.errors import BudgetExceeded, RateLimited, VestibuleError

_SECONDS = 3600.0


def refusal(shortage: Shortage) -> VestibuleError:
    """`BudgetExceeded` for money, `RateLimited` for everything else."""
    whose, limit = _whose(shortage.ceiling), _limit(shortage.ceiling, shortage.what)
    setting = _SETTINGS[shortage.what]
    if shortage.what == "month":
        return BudgetExceeded(
            f"{whose} may spend {limit} a month, and what is left does not cover this request at its dearest.",
            next_step=f"It begins anew in {_said(shortage.wait_s)}; models at home cost nothing. Ask for fewer"
            f" `max_tokens`, or have an administrator raise `{setting}`.",
        )
    if shortage.wait_s is None:
        return RateLimited(
            f"{whose} may use {limit}, and this request alone is larger.",
            retry_after_s=_SECONDS,
            next_step=f"Ask for fewer `max_tokens` or with less text, or have an administrator raise `{setting}`.",
        )
    return RateLimited(
        f"{whose} may use {limit}, and that is used up for {_said(shortage.wait_s)}.",
        retry_after_s=shortage.wait_s,
        next_step=f"Wait as long as Retry-After says, or have an administrator raise `{setting}`.",
    )


_SETTINGS: dict[What, str] = {
    "requests": "requests_per_minute",
    "tokens": "tokens_per_minute",
    "concurrency": "concurrency",
    "day": "tokens_per_day",
    "month": "eur_per_month",
}


def _whose(ceiling: Ceiling) -> str:
    name = ceiling.subject.id[:80]
    return {"key": "This key", "tenant": f"The tenant `{name}`", "model": f"The model `{name}`"}[ceiling.subject.kind]


def _limit(ceiling: Ceiling, what: What) -> str:
    match what:
        case "requests":
            return f"{ceiling.requests} requests per minute"
        case "tokens":
            return f"{ceiling.tokens} tokens per minute"
        case "concurrency":
            return f"{ceiling.concurrency} requests at once"
        case "day":
            return f"{ceiling.day} tokens a day"
    return f"{(ceiling.month or 0) / NANO:.10g} EUR"


def _said(wait_s: float | None) -> str:
    seconds = max(1.0, wait_s or 0.0)
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * _SECONDS else f"{seconds / _SECONDS:.0f} h"
