"""The one place where an error becomes an HTTP status and OpenAI's error object.

Besides the errors of `core/errors.py` there are those that exist only in HTTP: a wrong media type, an unknown method,
a body that never came.
"""

from __future__ import annotations

import math
from typing import ClassVar

import msgspec

from vestibule.core.errors import InvalidRequest, QueueFull, RateLimited, VestibuleError

_STATUS = {
    "invalid_request": 400,
    "unauthorized": 401,
    "budget_exceeded": 402,
    "forbidden": 403,
    "egress_refused": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "internal": 500,
    "upstream_failed": 502,
    "queue_full": 503,
    "no_candidate": 503,
    "unavailable": 503,
    "deadline": 504,
}
_TYPE = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class _HttpError(InvalidRequest):
    status: ClassVar[int]


class MethodNotAllowed(_HttpError):
    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__("This path does not know that method.", next_step=f"Allowed here: {allowed}.")
        self.allowed = allowed


class RequestTimeout(_HttpError):
    """The body did not arrive in time."""

    status = 408


class HeadTooLarge(_HttpError):
    """The request's line and headers are over their bounds."""

    code = "too_large"
    status = 431


class UnsupportedMediaType(_HttpError):
    """The body is not plain JSON in UTF-8."""

    status = 415


class ErrorObject(msgspec.Struct, frozen=True):
    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(msgspec.Struct, frozen=True):
    error: ErrorObject


def status_of(error: VestibuleError) -> int:
    return error.status if isinstance(error, _HttpError) else _STATUS[error.code]


def body_of(error: VestibuleError) -> bytes:
    """Encode the error as `{"error": {"message", "type", "param", "code"}}`."""
    status = status_of(error)
    kind = "server_error" if status >= 500 else _TYPE.get(status, "invalid_request_error")
    return msgspec.json.encode(ErrorBody(ErrorObject(str(error), kind, error.param, error.code)))


def headers_of(error: VestibuleError) -> dict[str, str]:
    match error:
        case RateLimited(retry_after_s=float() | int() as wait_s) | QueueFull(retry_after_s=float() | int() as wait_s):
            return {"retry-after": str(max(1, math.ceil(wait_s)))}
        case MethodNotAllowed():
            return {"allow": error.allowed}
        case RequestTimeout():
            return {"connection": "close"}
    return {"www-authenticate": "Bearer"} if error.code == "unauthorized" else {}


def internal(request_id: str) -> VestibuleError:
    """What a caller is told of a fault of ours: that it is one, and the id under which it was logged."""
    return VestibuleError(
        f"Something failed inside the server; it is logged as {request_id}.",
        next_step="Try again; if it stays, give this id to whoever runs the server.",
    )
