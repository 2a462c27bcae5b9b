"""What has had its time is forgotten, by the retention of the policy in force; the rest stays and stays provable."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from vestibule.batches import BatchStore
from vestibule.conversations import ResponseStore, StoredResponse
from vestibule.core.caller import Caller
from vestibule.core.sensitivity import PrivacyClass
from vestibule.files import FileStore
from vestibule.housekeeping import BETWEEN_S, FIRST_S, Housekeeping
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.vault import Vault
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database

NOW = datetime.now(UTC)


async def count(database: Database, tenant: str, table: str) -> int:
    async with database.tenant(tenant) as connection:
        row = await (await connection.execute(f"SELECT count(*) FROM {table}")).fetchone()
    return int(row[0]) if row else 0


def record(tenant: str, age: timedelta) -> RequestRecord:
    return RequestRecord(
        id=uuid4().hex,
        tenant=tenant,
        key_id="k",
        started_at=NOW - age,
        duration_ms=1.0,
        model="auto",
        outcome="answered",
    )


async def test_a_round_forgets_what_is_too_old_and_nothing_else(
    database: Database, storage_home: Path, tenant: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 3\nretention: {request_days: 10, audit_days: 20, vault_days: 5}\n")
    keys, trail = TenantKeys(database, storage_home), Trail(database, storage_home)
    log = RequestLog(database)
    log.add(record(tenant, timedelta(days=11)))
    log.add(record(tenant, timedelta(days=9)))
    await log.close()
    vault = Vault(database, keys)
    await vault.keep(tenant, "old", Pseudonyms({"PERSON_1": "Ada"}), NOW - timedelta(hours=1))
    await vault.keep(tenant, "new", Pseudonyms({"PERSON_1": "Ada"}), NOW + timedelta(hours=1))
    responses = ResponseStore(database, keys)
    await responses.keep(tenant, StoredResponse("old", PrivacyClass.INTERNAL, b"{}"), NOW - timedelta(hours=1))
    await responses.keep(tenant, StoredResponse("new", PrivacyClass.INTERNAL, b"{}"), NOW + timedelta(hours=1))
    files = FileStore(database, keys, 2**20)
    for life in (timedelta(hours=-1), timedelta(hours=1)):
        async with files.writing(tenant) as writing:
            await writing.write(b"x")
            await writing.finish("a.jsonl", "batch", PrivacyClass.INTERNAL, life)
    owner = Caller(tenant, "k")
    for days in (0, 32):
        batch = await BatchStore(database, keys).create(owner, "/v1/embeddings", "file-x", timedelta(days=1))
        async with database.tenant(tenant) as connection:
            await connection.execute(
                "UPDATE batches SET created_at = created_at - %s, status = 'completed' WHERE id = %s",
                (timedelta(days=days), batch.id),
            )
    audit = Audit(database, keys, storage_home)
    await audit.start()
    for age in (21, 19):
        at = NOW - timedelta(days=age)
        await audit.keep(Decision(at, "r", tenant, "k", "internal", (), "3:a", "inside", "m", "home"))
    await audit.close()
    housekeeping = Housekeeping(database, PolicyStore(policy), trail, keys)
    await housekeeping.round(NOW)
    assert await count(database, tenant, "requests") == 1
    assert await count(database, tenant, "pseudonym_vault") == 1
    assert await count(database, tenant, "responses") == 1
    assert await count(database, tenant, "files") == 1
    assert await count(database, tenant, "batches") == 1
    assert await count(database, tenant, "audit_records") == 1
    assert (await trail.verify()).proven
    await housekeeping.round(NOW)
    assert await count(database, tenant, "audit_records") == 1


async def test_rounds_come_an_hour_apart(database: Database, storage_home: Path) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    keys = TenantKeys(database, storage_home)
    housekeeping = Housekeeping(database, PolicyStore(), Trail(database, storage_home), keys)
    await asyncio.gather(housekeeping.run(pause), return_exceptions=True)
    assert pauses == [FIRST_S, BETWEEN_S, BETWEEN_S]
