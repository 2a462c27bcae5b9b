"""One writer's chain while it grows: numbers, links and marks. Pure; what is not committed is not part of it."""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from vestibule.privacy.audit.anchor import AnchorKind, Statement
from vestibule.privacy.audit.entry import ChainStart, Entry, Record, entry_of, gap_of, link
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.signing import SigningKey


class Said(msgspec.Struct, frozen=True):
    """A decision without the body that came with it, of which the SHA-256 is left."""

    decision: Decision
    body_sha256: bytes | None


class Chain:
    def __init__(self, key: SigningKey) -> None:
        now = datetime.now(UTC)
        self.start = ChainStart(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now, socket.gethostname(), os.getpid())
        self.number = 0
        self.head = self.start.head
        self._key = key

    def prepare(
        self, lost: Mapping[str, int], said: Sequence[Said], tenant_keys: Mapping[str, bytes | None]
    ) -> list[Record]:
        """Records that would continue the chain: first a gap for each tenant that lost notes, then what was said.

        A digest is HMAC-SHA256 under the tenant's key over the SHA-256 of the body; None if the key is unreadable.
        """
        now = datetime.now(UTC)
        number, head = self.number, self.head
        records: list[Record] = []
        for tenant, count in lost.items():
            number += 1
            records.append(self._link(gap_of(tenant, count, now, self.start.id, number), head))
            head = records[-1].hash
        for one in said:
            number += 1
            key = tenant_keys.get(one.decision.tenant)
            digest = hmac.digest(key, one.body_sha256, "sha256") if key and one.body_sha256 else None
            records.append(self._link(entry_of(one.decision, self.start.id, number, digest), head))
            head = records[-1].hash
        return records

    def advance(self, committed: Sequence[Record]) -> None:
        """Take records that `prepare` made and the database has."""
        last = committed[-1]
        self.number, self.head = last.entry.number, last.hash

    def statement(self, kind: AnchorKind) -> Statement:
        return Statement(kind, self.start.id, self.number, self.head)

    def _link(self, entry: Entry, previous: bytes) -> Record:
        content = entry.content
        linked = link(previous, content)
        return Record(entry, linked, self._key.mark(content, linked))
