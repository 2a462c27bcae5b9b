"""What can go wrong, once. The HTTP status of each code is mapped in `gateway/errors.py`, nowhere else.

VestibuleError                 (code, message, param, next step)
├── InvalidRequest             invalid_request    the request cannot be understood
├── Unauthorized               unauthorized       no key, or one we do not know
├── BudgetExceeded             budget_exceeded    the money set aside is spent
├── Forbidden                  forbidden          known, but not allowed
├── EgressRefused              egress_refused     it would have left the house
├── NotFound                   not_found          no such model, document, building
├── Conflict                   conflict         it was changed meanwhile by somebody else
├── TooLarge                   too_large          a body, a file or a context over its limit
├── RateLimited                rate_limited       too many requests; carries `retry_after_s`
├── UpstreamFailed             upstream_failed    a provider failed; `fault` says how
├── QueueFull                  queue_full         no room to wait, or no use; `retry_after_s` where it is known
├── NoCandidate                no_candidate       no model may or can answer
├── DeadlineExceeded           deadline           not done in the time given
└── Unavailable                unavailable        a part we need (database, disk) is away
    └── StorageFull            unavailable        the disk is full
"""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["unreachable", "silent", "cut", "malformed", "overloaded", "rate_limited", "failed", "key", "refused"]
"""How a provider failed. No connection; nothing in the time given; the connection ended early; not its protocol; no
room now (503, a full queue); too many requests (429); an error of its own (other 5xx); the API key was not accepted;
this request was not accepted (other 4xx), as it will not be when it is sent there again."""


class VestibuleError(Exception):
    """An error a user may see: what was wrong and what to do next. Never carries prompt text or a secret."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, next_step: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.param = param

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class InvalidRequest(VestibuleError):
    code = "invalid_request"


class Unauthorized(VestibuleError):
    code = "unauthorized"


class BudgetExceeded(VestibuleError):
    code = "budget_exceeded"


class Forbidden(VestibuleError):
    code = "forbidden"


class EgressRefused(VestibuleError):
    code = "egress_refused"


class NotFound(VestibuleError):
    code = "not_found"


class Conflict(VestibuleError):
    code = "conflict"


class TooLarge(VestibuleError):
    code = "too_large"


class RateLimited(VestibuleError):
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: float, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after_s = retry_after_s


class UpstreamFailed(VestibuleError):
    """`retry_after_s` is how long the provider asks to be left alone, where it says so."""

    code = "upstream_failed"

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        param: str | None = None,
        fault: Fault = "failed",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step, param=param)
        self.fault: Fault = fault
        self.retry_after_s = retry_after_s


class QueueFull(VestibuleError):
    """`retry_after_s` is when asking again may be of use, where that is known."""

    code = "queue_full"

    def __init__(
        self, message: str, *, next_step: str = "", param: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, next_step=next_step, param=param)
        self.retry_after_s = retry_after_s


class NoCandidate(VestibuleError):
    code = "no_candidate"


class DeadlineExceeded(VestibuleError):
    code = "deadline"


class Unavailable(VestibuleError):
    code = "unavailable"


class StorageFull(Unavailable):
    """The disk is full; what was being written has been undone."""
