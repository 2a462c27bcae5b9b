"""A home of this folder's own, whose trail is empty at the start of every test: what one test breaks, no other sees."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from vestibule.core.settings import Settings
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.verification.finding import Finding, Verification
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.storage.server import EmbeddedServer

TABLES = ("audit_records", "audit_anchors", "audit_chains", "tenant_keys")
BODY = b'{"messages": [{"content": "the text itself"}]}'


@pytest.fixture(scope="session")
def storage_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="vestibule-audit-"))
    server = EmbeddedServer(home, Settings().postgres_user)
    server.ensure()
    yield home
    server.close()
    server.wait_stopped()
    shutil.rmtree(home)


def decision(name: str = "r", tenant: str = "acme", body: bytes = BODY, **changes: Any) -> Decision:
    said: dict[str, Any] = {
        "at": datetime.now(UTC),
        "request_id": name,
        "tenant": tenant,
        "who": "key-1",
        "level": "confidential",
        "reasons": ("PERSON: pseudonymise",),
        "policy": "7",
        "destination": "https://cloud.example:443",
        "model": "big",
        "action": "cleared",
        "body": body,
    }
    return Decision(**said | changes)


@dataclass(frozen=True)
class House:
    """A database with an empty trail, its home, and writers that are closed at the end of the test."""

    home: Path
    database: Database
    keys: TenantKeys
    trail: Trail
    stack: AsyncExitStack

    async def writer(self, **options: Any) -> Audit:
        audit = Audit(self.database, self.keys, self.home, **options)
        await audit.start()
        self.stack.push_async_callback(audit.close)
        return audit

    async def written(self, count: int, *, anchored: int = 0) -> str:
        """A closed chain of `count` records, with a further anchor after the first `anchored`. Return its id."""
        audit = await self.writer(anchor_s=3600.0)
        kept = ""
        for index in range(count):
            kept = await audit.keep(decision(f"r{index + 1}", tenant="acme" if index % 2 else "other"))
            if index + 1 == anchored:
                await audit._anchor("running")  # the clock's business, here at a known place
        await audit.close()
        return kept.rpartition(".")[0]

    async def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        async with self.database.owner() as connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def until(self, query: str, least: int = 1) -> None:
        """Wait until the query has so many rows; the test's time limit is the only one."""
        while True:
            if len(await self.rows(query)) >= least:
                return
            await asyncio.sleep(0.01)

    async def tamper(self, *statements: str) -> None:
        """Do what an attacker does who owns the database: the trigger is no obstacle to him."""
        async with self.database.owner() as connection:
            for table in TABLES[:3]:
                await connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            for statement in statements:
                await connection.execute(statement.encode())
            for table in TABLES[:3]:
                await connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))

    async def verify(self) -> Verification:
        return await self.trail.verify()

    async def findings(self) -> list[tuple[str, int, int]]:
        """What verification names: kind, first and last record or anchor."""
        found = await self.verify()
        assert found.proven == (not found.findings)
        return [summary(finding) for finding in found.findings]


def summary(finding: Finding) -> tuple[str, int, int]:
    return finding.kind, finding.first, finding.last


@pytest.fixture
async def house(storage_home: Path, database: Database) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        house = House(storage_home, database, TenantKeys(database, storage_home), Trail(database, storage_home), stack)
        await house.tamper(*(f"TRUNCATE {table}" for table in TABLES))
        (storage_home / "secrets" / "audit.seen").unlink(missing_ok=True)
        yield house
