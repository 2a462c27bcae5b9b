"""The right to be forgotten: walks every part that keeps something of a tenant or names a person, and tells what went.

Knows the parts as `Erasable`s and not how any of them forgets. The decision is on record before the first row goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from vestibule.access.sessions import Sessions
from vestibule.access.users import Users
from vestibule.batches import BatchErasure
from vestibule.buildings import BuildingData
from vestibule.conversations import ResponseErasure, ResponseStore
from vestibule.core.errors import InvalidRequest, Unavailable, VestibuleError
from vestibule.core.ports import Erasable, Subject
from vestibule.files import FileErasure, FileStore
from vestibule.knowledge.erasure import DocumentErasure
from vestibule.monitoring.erasure import RequestRecords
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.erasure import KeyErasure, VaultErasure
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.pseudonyms.vault import Vault
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database

SHORTEST_NAME = 3
STAYS = (
    "the audit trail: it holds no text, and with the tenant's keys gone its digests lead to nothing",
    "API keys of no user: revoke them with `vestibule keys revoke`",
    "backups of the database, and files outside it that you made yourself",
)
NEVER_KEPT = (
    "questions and conversations that were not stored as responses",
    "prompts that left",
    "answers beyond the cache",
)


class AuditTrail(Protocol):
    async def keep(self, decision: Decision) -> str: ...


class Part(msgspec.Struct, frozen=True):
    """`found` is how much there was, `erased` how much of it went."""

    name: str
    found: int
    erased: int


class ErasureReport(msgspec.Struct, frozen=True):
    """`stays` says what is not erased and why, `never_kept` what there is nowhere to erase from."""

    tenant: str
    person: str | None
    parts: tuple[Part, ...]
    audit_id: str | None = None
    stays: tuple[str, ...] = STAYS
    never_kept: tuple[str, ...] = NEVER_KEPT


class Erasure:
    def __init__(self, parts: Sequence[Erasable], audit: AuditTrail, policies: PolicyStore) -> None:
        self._parts = tuple(parts)
        self._audit = audit
        self._policies = policies

    async def preview(self, subject: Subject) -> ErasureReport:
        """Count what there is, and erase nothing. Raise `InvalidRequest` for a name that would match anything."""
        _check(subject)
        parts = [Part(part.name, await part.count(subject), 0) for part in self._parts]
        return ErasureReport(subject.tenant, subject.person, tuple(parts))

    async def erase(self, subject: Subject, who: str) -> ErasureReport:
        """Forget in every part, also where one of them fails. Raise `Unavailable` naming those that did."""
        _check(subject)
        audit_id = await self._audit.keep(self._decision(subject, who))
        done: list[Part] = []
        failed: list[str] = []
        for part in self._parts:
            try:
                found = await part.count(subject)
                done.append(Part(part.name, found, await part.erase(subject)))
            except VestibuleError as error:
                failed.append(f"{part.name} ({error.message})")
        if failed:
            raise Unavailable(
                f"Not everything was erased: {'; '.join(failed)}", next_step="The rest was. Erase again for these."
            )
        return ErasureReport(subject.tenant, subject.person, tuple(done), audit_id)

    def _decision(self, subject: Subject, who: str) -> Decision:
        """Never names the person."""
        what = "a person" if subject.person else "the tenant"
        return Decision(
            at=datetime.now(UTC),
            request_id="",
            tenant=subject.tenant,
            who=who,
            level="restricted",
            reasons=(f"erasure of {what}" + (", with documents" if subject.person and subject.documents else ""),),
            policy=self._policies.current.id,
            destination="",
            model="",
            action="erased",
        )


def durable_parts(database: Database, home: Path, keys: TenantKeys) -> list[Erasable]:
    """What lies in the database and on disk. What a running server holds in memory besides is `app.py`'s to add."""
    return [
        VaultErasure(database, Vault(database, keys)),
        ResponseErasure(database, ResponseStore(database, keys)),
        KeyErasure(database, keys),
        DocumentErasure(database, home),
        BuildingData(database),
        RequestRecords(database),
        BatchErasure(database, keys),
        FileErasure(FileStore(database, keys, 0)),
        Sessions(database),
        Users(database),
    ]


def _check(subject: Subject) -> None:
    if not subject.tenant:
        raise InvalidRequest("Whose data? No tenant is named.", next_step="Name one.", param="tenant")
    if subject.person is not None and len(subject.person.strip()) < SHORTEST_NAME:
        raise InvalidRequest(
            f"A name of fewer than {SHORTEST_NAME} characters would be found everywhere.",
            next_step="Give the whole name.",
            param="person",
        )
