"""What the routes themselves do not say of each operation: types of bodies and replies, queries, who may come in."""

from __future__ import annotations

from typing import Literal

import msgspec

Surface = Literal["openai", "vestibule", "admin", "operations"]


class Query(msgspec.Struct, frozen=True):
    """A parameter of the address; `kind` is its JSON type."""

    name: str
    help: str
    kind: Literal["string", "integer"] = "string"
    values: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """Names of types; None where the route says it itself, or there is none. `replies_with` is a media type that is
    not JSON."""

    body: str | None = None
    reply: str | None = None
    queries: tuple[Query, ...] = ()
    replies_with: str | None = None


_LIMIT = Query("limit", "How many to return.", "integer")
_AFTER = Query("after", "The id that the page before ended with.")
_ORDER = Query("order", "By when they were made.", values=("asc", "desc"))
_TENANT = Query("tenant", "Of this tenant alone.")

TOLD: dict[tuple[str, str], Told] = {
    ("get", "/admin/v1/audit"): Told(reply="AuditList", queries=(_LIMIT,)),
    ("get", "/admin/v1/audit/verify"): Told(reply="AuditVerification"),
    ("get", "/admin/v1/configuration"): Told(reply="WireConfiguration"),
    ("get", "/admin/v1/configuration/versions"): Told(reply="VersionList"),
    ("get", "/admin/v1/configuration/versions/{number}"): Told(reply="WireConfiguration"),
    ("post", "/admin/v1/configuration/validate"): Told("ConfigurationBody", "Validation"),
    ("post", "/admin/v1/configuration/apply"): Told("ApplyBody", "AppliedReply"),
    ("post", "/admin/v1/configuration/rollback"): Told("RollbackBody", "AppliedReply"),
    ("get", "/admin/v1/keys"): Told(queries=(_TENANT,)),
    ("get", "/admin/v1/limits"): Told(reply="LimitList"),
    ("get", "/admin/v1/limits/{kind}/{id}"): Told(reply="WireLimits"),
    ("put", "/admin/v1/limits/{kind}/{id}"): Told("Allowance", "WireLimits"),
    ("delete", "/admin/v1/limits/{kind}/{id}"): Told(reply="WireLimits"),
    ("post", "/admin/v1/privacy/check"): Told("CheckBody", "PrivacyCheckReply"),
    ("post", "/admin/v1/privacy/erase"): Told("EraseBody", "ErasureReport"),
    ("get", "/admin/v1/routing/savings"): Told(
        reply="SavingsReport", queries=(Query("hours", "Of the last so many hours; 24 where left out."), _TENANT)
    ),
    ("get", "/admin/v1/usage"): Told(
        reply="UsageReport", queries=(Query("since", "The first day, as 2026-11-01."), _TENANT)
    ),
    ("get", "/admin/v1/users"): Told(queries=(_TENANT,)),
    ("get", "/v1/batches"): Told(queries=(_LIMIT, _AFTER)),
    ("get", "/v1/files"): Told(queries=(_LIMIT, _AFTER, _ORDER, Query("purpose", "Of this purpose alone."))),
    ("post", "/v1/files"): Told("FileForm"),
    ("get", "/v1/files/{file_id}/content"): Told(replies_with="application/octet-stream"),
    ("get", "/v1/responses/{response_id}"): Told(
        queries=(Query("include", "What is told besides, as `file_search_call.results`."),)
    ),
    ("get", "/v1/responses/{response_id}/input_items"): Told(queries=(_LIMIT, _AFTER, _ORDER)),
}

OPEN = frozenset({"/healthz", "/readyz"})
"""Answered without a key."""

OWN = ("/v1/controls", "/v1/agents", "/v1/feedback", "/v1/buildings", "/v1/memories", "/v1/evaluations")
"""Beginnings of the paths under /v1 that are ours and not OpenAI's."""

TAGS: tuple[tuple[str, str, str], ...] = (
    ("/v1/chat", "Chat", "Conversations answered at once or as a stream."),
    ("/v1/responses", "Responses", "The same in OpenAI's newer shape, stored to go on from."),
    ("/v1/embeddings", "Embeddings", "Texts as vectors."),
    ("/v1/models", "Models", "What can be asked."),
    ("/v1/files", "Files", "Files that batches read and write."),
    ("/v1/batches", "Batches", "Many requests at low priority."),
    ("/v1/moderations", "Moderations", "How private texts are."),
    ("/v1/controls", "Controls", "What an answer can be told to be."),
    ("/v1/agents", "Agents", "What to send for agents to work together."),
    ("/v1/feedback", "Feedback", "What readers thought of answers."),
    ("/admin/v1/experiments", "Experiments", "Arms against each other, judged while they run."),
    ("/admin/v1/keys", "Keys", "API keys."),
    ("/admin/v1/tenants", "Tenants", "Whose house it is."),
    ("/admin/v1/users", "Users", "People and what they may do."),
    ("/admin/v1/limits", "Limits", "What each may use."),
    ("/admin/v1/usage", "Limits", "What each may use."),
    ("/admin/v1/configuration", "Configuration", "What is tuned at run time, in versions."),
    ("/admin/v1/routing", "Routing", "Which model answers, and why."),
    ("/admin/v1/privacy", "Privacy", "What is found in texts, and forgetting."),
    ("/admin/v1/audit", "Audit", "What left, and the proof of it."),
    ("/healthz", "Operations", "Whether it is alive and ready."),
    ("/readyz", "Operations", "Whether it is alive and ready."),
)

UNTOLD = "Further"
"""The tag of what nobody has described yet."""

PARAMETERS = {
    "model": "A name of `/v1/models`.",
    "name": "`plan`, `delegate`, `merge` or `resolve`.",
    "kind": "`key`, `tenant` or `model`.",
    "id": "The id of the key, the tenant or the model.",
    "key_id": "The id of an API key.",
    "tenant": "The id of a tenant.",
    "user": "The id of a user.",
    "experiment": "The id of an experiment of the version in force.",
    "file_id": "The id of a file.",
    "batch_id": "The id of a batch.",
    "number": "The number of a version; 0 is what is shipped.",
    "response_id": "The id of a response.",
}


def surface_of(path: str) -> Surface:
    if path.startswith("/admin/"):
        return "admin"
    if not path.startswith("/v1/"):
        return "operations"
    return "vestibule" if path.startswith(OWN) else "openai"


def tag_of(path: str) -> str:
    return next((tag for beginning, tag, _ in TAGS if path.startswith(beginning)), UNTOLD)
