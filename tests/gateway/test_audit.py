"""`/admin/v1/audit` over a real socket: who may read, and whose records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gateway.conftest import Server, listening
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import Keys
from vestibule.core.settings import Settings
from vestibule.gateway.application import ordinary
from vestibule.gateway.audit import AuditRoutes, add_audit_routes
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

LIST, VERIFY = "/admin/v1/audit", "/admin/v1/audit/verify"


def _decision(name: str, tenant: str) -> Decision:
    return Decision(
        at=datetime.now(UTC),
        request_id=name,
        tenant=tenant,
        who="key-1",
        level="restricted",
        reasons=("ALARM_CODE: block",),
        policy="7",
        destination="https://cloud.example:443",
        model="big",
        action="refused",
        body=b"the text itself",
    )


@pytest.fixture
async def auditor(database: Database, tenant: str, storage_home: Path) -> AsyncIterator[Server]:
    """A gateway with the audit routes over a trail of three records; `key` has the scope audit."""
    keys = Keys(database)
    access = Access.over(keys, 600, open_to_loopback=False)
    app = ordinary()
    add_audit_routes(app, AuditRoutes(access, Trail(database, storage_home)))
    audit = Audit(database, TenantKeys(database, storage_home), storage_home)
    await audit.start()
    for name, whose in (("r1", tenant), ("r2", "somebody-else"), ("r3", tenant)):
        await audit.keep(_decision(name, whose))
    key = (await keys.create(tenant, ["audit"])).token
    async with AsyncExitStack() as stack:
        stack.push_async_callback(audit.close)
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        yield Server(port, ScriptedPipeline(access), Metrics(), key)


async def test_a_caller_reads_the_records_of_its_tenant(auditor: Server, tenant: str) -> None:
    reply = await auditor.ask("GET", LIST)
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert [(r["request_id"], r["tenant"], r["class"]) for r in reply.json["data"]] == [
        ("r3", tenant, "restricted"),
        ("r1", tenant, "restricted"),
    ]
    assert "text itself" not in str(reply.json)
    assert len((await auditor.ask("GET", f"{LIST}?limit=1")).json["data"]) == 1


async def test_the_trail_is_verified_once_for_all_who_ask_at_once(auditor: Server) -> None:
    replies = await asyncio.gather(*(auditor.ask("GET", VERIFY) for _ in range(4)))
    for reply in replies:
        assert (reply.status, reply.json["proven"], reply.json["findings"]) == (200, True, [])
        assert reply.json["records"] >= 3
        assert reply.json["anchor"] >= 1


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "%C2%B2"])
async def test_a_wrong_limit_is_named(auditor: Server, limit: str) -> None:
    reply = await auditor.ask("GET", f"{LIST}?limit={limit}")
    assert (reply.status, reply.code, reply.json["error"]["param"]) == (400, "invalid_request", "limit")


@pytest.mark.parametrize("path", [LIST, VERIFY])
async def test_another_scope_and_no_key_are_refused(
    auditor: Server, database: Database, tenant: str, path: str
) -> None:
    other = (await Keys(database).create(tenant, ["inference", "knowledge"])).token
    assert (await auditor.ask("GET", path, key=other)).status == 403
    auditor.key = None
    assert (await auditor.ask("GET", path)).status == 401
