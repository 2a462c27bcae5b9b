"""`/admin/v1/privacy/**` over a real socket: who may, what is told, and that no text is logged."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.gateway.conftest import Server, listening
from tests.gateway.scripted import ScriptedPipeline
from tests.privacy.trail import MemoryTrail
from vestibule.access import Access
from vestibule.access.keys import Keys
from vestibule.cli.privacy import privacy
from vestibule.core.settings import Settings
from vestibule.erasure import Erasure
from vestibule.gateway.application import ordinary
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.gateway.privacy import PrivacyRoutes, add_privacy_routes
from vestibule.monitoring.erasure import RequestRecords
from vestibule.privacy.check import PrivacyCheck
from vestibule.privacy.detection import Detector
from vestibule.privacy.policy import PolicyStore
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

CHECK, ERASE = "/admin/v1/privacy/check", "/admin/v1/privacy/erase"
MAIL = "write to m.berg@example.org today"


@pytest.fixture
async def admin(database: Database, tenant: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A gateway with the privacy routes; `key` has the scope admin."""
    keys = Keys(database)
    access = Access.over(keys, 600, open_to_loopback=False)
    app = ordinary()
    erasure = Erasure([RequestRecords(database)], MemoryTrail(), PolicyStore())
    add_privacy_routes(app, PrivacyRoutes(access, PrivacyCheck(Detector(), PolicyStore()), erasure))
    key = (await keys.create(tenant, ["admin"])).token
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        yield Server(port, ScriptedPipeline(access), Metrics(), key)


async def test_a_text_is_explained_and_not_logged(admin: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reply = await admin.ask("POST", CHECK, {"text": MAIL})
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json["class"] == "confidential"
    assert set(reply.json["spans"][0]) == {"type", "start", "end", "score", "recognizer", "rule"}
    assert reply.json["leaves"] == "write to ⟦EMAIL_1⟧ today"
    assert "m.berg" not in caplog.text


async def test_messages_are_explained(admin: Server) -> None:
    messages = [{"role": "user", "content": MAIL}, {"role": "user", "content": [{"type": "text", "text": "and now?"}]}]
    reply = await admin.ask("POST", CHECK, {"messages": messages})
    assert [(span["message"], span["type"]) for span in reply.json["spans"]] == [(0, "EMAIL")]
    assert reply.json["leaves"] == ["write to ⟦EMAIL_1⟧ today", "and now?"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "text"),
        ({"text": "a", "messages": []}, "text"),
        ({"messages": [{"role": "nobody"}]}, "messages[0].role"),
        ({"messages": 3}, "messages"),
        ({"txt": "a"}, "txt"),
        ({"text": 3}, "text"),
    ],
)
async def test_what_is_wrong_is_named(admin: Server, body: object, param: str) -> None:
    reply = await admin.ask("POST", CHECK, body)
    assert (reply.status, reply.json["error"]["param"]) == (400, param)


async def test_only_admins(admin: Server, database: Database, tenant: str) -> None:
    user = (await Keys(database).create(tenant, ["inference", "audit"])).token
    for path, body in ((CHECK, {"text": MAIL}), (ERASE, {"tenant": tenant, "confirm": True})):
        assert (await admin.ask("POST", path, body, key=user)).status == 403
        assert (await admin.ask("POST", path, body, key="vst_unknown")).status == 401


async def test_an_erasure_is_counted_and_done_when_confirmed(admin: Server, database: Database, tenant: str) -> None:
    async with database.tenant(tenant) as connection:
        await connection.execute(
            "INSERT INTO requests (id, tenant, key_id, started_at, duration_ms, model, outcome)"
            " VALUES (%s, %s, 'k', now(), 1, 'auto', 'answered')",
            [tenant, tenant],
        )
    counted = await admin.ask("POST", ERASE, {"tenant": tenant})
    assert counted.json["parts"] == [{"name": "request records", "found": 1, "erased": 0}]
    assert counted.json["audit_id"] is None
    done = await admin.ask("POST", ERASE, {"tenant": tenant, "confirm": True})
    assert done.json["parts"] == [{"name": "request records", "found": 1, "erased": 1}]
    assert done.json["audit_id"]
    assert (await admin.ask("POST", ERASE, {"tenant": tenant, "person": "A"})).code == "invalid_request"


async def test_the_command_erases_through_the_server_that_runs(
    admin: Server, database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VESTIBULE_PORT", str(admin.port))
    async with database.tenant(tenant) as connection:
        await connection.execute(
            "INSERT INTO requests (id, tenant, key_id, started_at, duration_ms, model, outcome)"
            " VALUES (%s, %s, 'k', now(), 1, 'auto', 'answered')",
            [tenant, tenant],
        )
    command = ["erase", "--tenant", tenant, "--key", str(admin.key), "--json"]
    unsure = await asyncio.to_thread(CliRunner().invoke, privacy, command, "n\n")
    assert (unsure.exit_code, unsure.stdout) == (1, "")
    assert "1  request records" in unsure.stderr
    done = await asyncio.to_thread(CliRunner().invoke, privacy, [*command, "--yes"])
    assert json.loads(done.stdout)["parts"] == [{"name": "request records", "found": 1, "erased": 1}]
