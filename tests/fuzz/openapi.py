"""What our own description of the surface says may be sent, and what it says may not, by the thousand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from tests.fuzz.serving import Served

PATIENCE_S = 30.0
MODELS = {"/v1/chat/completions": "extractive", "/v1/responses": "extractive", "/v1/embeddings": "auto"}
"""Named in half of the requests: what is behind a model that does not exist is never reached."""


@dataclass
class Seen:
    """`broken` are the requests that were not answered as they should be."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()


def fuzz(house: Served, cases: int) -> Seen:
    """Send about `cases` requests to each operation; half of them are as described, half are not."""
    headers = {"Authorization": f"Bearer {house.key}"}
    seen = Seen()
    described = schemathesis.openapi.from_url(f"{house.address}/openapi.json", headers=headers)
    for found in described.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # an operation that cannot be read fails the test
        seen.operations.add(operation.label)
        # nothing can be wrong about a request that holds nothing
        modes = [GenerationMode.POSITIVE] + ([GenerationMode.NEGATIVE] if list(operation.body) else [])
        for mode in modes:

            @settings(
                max_examples=max(1, cases // len(modes)),
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Case[Any]) -> None:
                _send(case, headers, seen)

            one()
    return seen


def _send(case: Case[Any], headers: dict[str, str], seen: Seen) -> None:
    if isinstance(case.body, dict) and case.operation.path in MODELS and len(case.body) % 2:
        case.body["model"] = MODELS[case.operation.path]
    reply = case.call(headers=headers, timeout=PATIENCE_S)
    seen.statuses[reply.status_code] += 1
    if reply.status_code >= 500 and reply.json()["error"]["code"] not in ("no_candidate", "queue_full"):
        seen.broken.append(f"{case.operation.label} {reply.status_code}: {case.body!r:.300}")
    if reply.status_code >= 400 and set(reply.json()["error"]) != {"message", "type", "param", "code"}:
        seen.broken.append(f"{case.operation.label} {reply.status_code} is no error of ours: {reply.content[:200]!r}")
