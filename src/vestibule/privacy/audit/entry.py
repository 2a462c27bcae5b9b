"""A decision as it stands in the trail, and how one is linked to the next. Pure: knows no key and no storage.

The content of an entry is the SHA-256 of its JSON with sorted keys; the hash of a record is the SHA-256 of the hash
before it and of that content. Somebody who may not read an entry can thus be given its content and still follow.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.privacy.audit.record import Action, Decision

Kind = Literal["decision", "gap"]
LONGEST_TEXT = 1000
_JSON = msgspec.json.Encoder(order="sorted")


class ChainStart(msgspec.Struct, frozen=True, tag="chain"):
    """One start of one writer. Its digest is the hash before the first record."""

    id: str
    started_at: datetime
    host: str
    pid: int

    @property
    def head(self) -> bytes:
        return hashlib.sha256(_JSON.encode(self)).digest()


class Entry(msgspec.Struct, frozen=True):
    """`digest` is of what was about to leave, under a key of the tenant. A `gap` counts the notes that were `lost`.
    `configuration` is no part of the content of records from before it was kept."""

    chain: str
    number: int
    kind: Kind
    at: datetime
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
    digest: bytes | None
    lost: int = 0
    configuration: int | UnsetType = UNSET

    @property
    def content(self) -> bytes:
        return hashlib.sha256(_JSON.encode(self)).digest()


class Record(msgspec.Struct, frozen=True, tag="record"):
    """`hash` links to the record before it; `mac` says that the house wrote it."""

    entry: Entry
    hash: bytes
    mac: bytes


def link(previous: bytes, content: bytes) -> bytes:
    return hashlib.sha256(previous + content).digest()


def entry_of(decision: Decision, chain: str, number: int, digest: bytes | None) -> Entry:
    """Make a decision storable: texts bounded and without what PostgreSQL cannot hold."""
    return Entry(
        chain=chain,
        number=number,
        kind="decision",
        at=decision.at.astimezone(UTC),
        request_id=_storable(decision.request_id),
        tenant=_storable(decision.tenant),
        who=_storable(decision.who),
        level=_storable(decision.level),
        reasons=tuple(_storable(reason) for reason in decision.reasons),
        policy=_storable(decision.policy),
        destination=_storable(decision.destination),
        model=_storable(decision.model),
        action=decision.action,
        attempt=decision.attempt,
        pseudonymised=decision.pseudonymised,
        digest=digest,
        configuration=decision.configuration,
    )


def gap_of(tenant: str, lost: int, at: datetime, chain: str, number: int) -> Entry:
    """Say that `lost` notes of `tenant` never reached the trail."""
    return Entry(
        chain=chain,
        number=number,
        kind="gap",
        at=at.astimezone(UTC),
        request_id="",
        tenant=_storable(tenant),
        who="",
        level="",
        reasons=("notes lost while the database was away",),
        policy="",
        destination="",
        model="",
        action="home",
        attempt=0,
        pseudonymised=0,
        digest=None,
        lost=lost,
    )


def _storable(text: str) -> str:
    if len(text) <= LONGEST_TEXT and text.isascii() and "\0" not in text:
        return text
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
