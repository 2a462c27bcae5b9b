"""A record as it is shown: everything that was decided, and the digest in hexadecimal. Knows not to whom."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET

from vestibule.privacy.audit.entry import Kind, Record
from vestibule.privacy.audit.record import Action


class Listed(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """`id` is what `Audit.keep` returned. `digest` is of what left, under a key of the tenant; `lost` is for gaps.
    `configuration` is the version it was decided by, null where there was none."""

    id: str
    at: datetime
    kind: Kind
    request_id: str
    tenant: str
    who: str
    level: str
    reasons: tuple[str, ...]
    policy: str
    destination: str
    model: str
    action: Action
    attempt: int
    pseudonymised: int
    digest: str | None
    lost: int
    configuration: int | None

    @classmethod
    def of(cls, record: Record) -> Listed:
        entry = record.entry
        return cls(
            id=f"{entry.chain}.{entry.number}",
            at=entry.at,
            kind=entry.kind,
            request_id=entry.request_id,
            tenant=entry.tenant,
            who=entry.who,
            level=entry.level,
            reasons=entry.reasons,
            policy=entry.policy,
            destination=entry.destination,
            model=entry.model,
            action=entry.action,
            attempt=entry.attempt,
            pseudonymised=entry.pseudonymised,
            digest=entry.digest.hex() if entry.digest is not None else None,
            lost=entry.lost,
            configuration=None if entry.configuration is UNSET else entry.configuration,
        )
