"""What may be answered instead: each refusal once, with an example made by what really answers."""

from __future__ import annotations

from typing import Any

import msgspec

from vestibule.core.errors import (
    BudgetExceeded,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NoCandidate,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthorized,
    UpstreamFailed,
    VestibuleError,
)
from vestibule.gateway.errors import body_of, internal, status_of
from vestibule.gateway.reply import JSON

_REFUSALS: dict[str, tuple[str, VestibuleError]] = {
    "InvalidRequest": (
        "The request cannot be understood, or asks for what is not served.",
        InvalidRequest("`temperature` is out of range.", next_step="Use 0 to 2.", param="temperature"),
    ),
    "Unauthorized": (
        "No key, or one that is not known.",
        Unauthorized("The API key is not known here.", next_step="Send it as `Authorization: Bearer sk-…`."),
    ),
    "BudgetExceeded": (
        "The money set aside is spent.",
        BudgetExceeded("The budget of this month is spent.", next_step="Ask a model at home, or raise the budget."),
    ),
    "Forbidden": (
        "The key may not do this, or it would have left the house (`egress_refused`).",
        Forbidden("This key has not the scope `admin`.", next_step="Use one that has."),
    ),
    "NotFound": (
        "There is no such thing, or it is another tenant's: the two are answered alike.",
        NotFound("There is nothing of that id.", next_step="Check the id."),
    ),
    "TooLarge": ("Over a limit of size.", TooLarge("The body is larger than 8 MiB.", next_step="Send less at once.")),
    "RateLimited": (
        "Too many requests; `Retry-After` says how many seconds to wait.",
        RateLimited("600 requests a minute are used up.", retry_after_s=3, next_step="Ask again in 3 s."),
    ),
    "Internal": ("A fault of ours, logged under the id it names.", internal("5f0c1d2e")),
    "UpstreamFailed": ("A model failed.", UpstreamFailed("qwen3:4b broke off.", next_step="Ask again.")),
    "Unavailable": (
        "No model may or can answer, no room to wait, or a part is away.",
        NoCandidate("No model may answer this request.", next_step="`POST /admin/v1/privacy/check` says why."),
    ),
    "Deadline": (
        "Not done in the time given.",
        DeadlineExceeded("There was no whole answer within the time given.", next_step="Give it more time."),
    ),
}
_HEADERS: dict[str, dict[str, Any]] = {
    "RateLimited": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
    "Unauthorized": {"WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}}},
}
_ALWAYS = ("Internal",)
_KEYED = ("Unauthorized", "Forbidden", "RateLimited", "Unavailable")
_ANSWERED = ("BudgetExceeded", "TooLarge", "UpstreamFailed", "Deadline")


def components() -> dict[str, Any]:
    """The responses that operations refer to."""
    return {name: _component(name, why, error) for name, (why, error) in _REFUSALS.items()}


def refusals_of(path: str, *, keyed: bool, understands: bool) -> dict[str, Any]:
    """The refusals of an operation by status: `keyed` if it wants a key, `understands` if it reads anything."""
    names = [*_ALWAYS, *(_KEYED if keyed else ()), *(("InvalidRequest",) if understands else ())]
    if "{" in path or path in _ASKING:
        names.append("NotFound")
    if path in _ASKING:
        names += _ANSWERED
    found = {str(status_of(_REFUSALS[name][1])): {"$ref": f"#/components/responses/{name}"} for name in names}
    return dict(sorted(found.items()))


_ASKING = ("/v1/chat/completions", "/v1/responses", "/v1/embeddings")


def _component(name: str, why: str, error: VestibuleError) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    told: dict[str, Any] = {
        "description": why,
        "content": {JSON: {"schema": schema, "example": msgspec.json.decode(body_of(error))}},
    }
    return told | ({"headers": _HEADERS[name]} if name in _HEADERS else {})
