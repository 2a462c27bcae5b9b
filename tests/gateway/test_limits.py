"""`/admin/v1/limits`, `/admin/v1/usage` and the headers of an answer, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from tests.gateway.conftest import Serve, Server, listening
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import ADMIN_TENANT, IssuedKey, Keys
from vestibule.access.limits import Limiter
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.core.caller import Caller
from vestibule.core.chat import Message, Sampling
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import Allowance, Limits, Settings
from vestibule.gateway.application import ordinary
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.gateway.limits import LIMITS, USAGE, LimitRoutes, Metering, add_limit_routes
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.monitoring.usage import UsageLog
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics


@dataclass
class Desk:
    server: Server
    limiter: Limiter
    house: str
    own: IssuedKey
    admin: str
    foreign: IssuedKey


@pytest.fixture
async def desk(database: Database, tenant: str) -> AsyncIterator[Desk]:
    """A gateway with the routes: an administrator of the house, one of a tenant, and keys of that one and another."""
    keys = Keys(database)
    limits = Limits(tenants={tenant: Allowance(tokens_per_day=1000)})
    limiter = Limiter(limits, books=PostgresBooks(database, f"host-{uuid4().hex}"))
    access = Access.over(keys, limiter, open_to_loopback=False)
    app = ordinary()
    add_limit_routes(app, LimitRoutes(access, Metering(limiter, keys, UsageLog(database))))
    house = (await keys.create(ADMIN_TENANT, ["admin"])).token
    admin = (await keys.create(tenant, ["admin"])).token
    own = await keys.create(tenant, ["inference"])
    foreign = await keys.create(f"{tenant}-other", ["inference"])
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        server = Server(port, ScriptedPipeline(access), Metrics(), admin)
        yield Desk(server, limiter, house, own, admin, foreign)


async def test_limits_are_set_hold_and_are_taken_back(desk: Desk) -> None:
    path = f"{LIMITS}/key/{desk.own.key.id}"
    said = await desk.server.ask("PUT", path, {"requests_per_minute": 1, "eur_per_month": 2.5})
    assert said.status == 200
    assert said.json["own"] == {"requests_per_minute": 1, "eur_per_month": 2.5}
    assert said.json["holds"]["requests_per_minute"] == 1
    assert (await desk.server.ask("GET", path)).json == said.json
    assert [one["id"] for one in (await desk.server.ask("GET", LIMITS)).json["data"]] == [desk.own.key.id]
    for status in (403, 429):  # it lacks the scope, which counts too
        assert (await desk.server.ask("GET", LIMITS, key=desk.own.token)).status == status
    back = await desk.server.ask("DELETE", path)
    assert (back.json["own"], back.json["holds"]["requests_per_minute"]) == (None, 600)
    assert (await desk.server.ask("GET", LIMITS, key=desk.own.token)).status == 403


async def test_a_tenants_administrator_reaches_its_own_keys_alone(desk: Desk, tenant: str) -> None:
    unknown = await desk.server.ask("GET", f"{LIMITS}/key/nobody")
    for method in ("GET", "PUT", "DELETE"):
        body: object = {} if method == "PUT" else None
        foreign = await desk.server.ask(method, f"{LIMITS}/key/{desk.foreign.key.id}", body)
        assert (foreign.status, foreign.code) == (404, "not_found")
        assert foreign.body == unknown.body.replace(b"nobody", desk.foreign.key.id.encode())
    assert (await desk.server.ask("GET", f"{LIMITS}/tenant/{tenant}-other")).status == 404
    assert (await desk.server.ask("GET", f"{LIMITS}/tenant/{tenant}")).json["holds"]["tokens_per_day"] == 1000
    for path in (f"{LIMITS}/tenant/{tenant}", f"{LIMITS}/model/gpt"):
        assert (await desk.server.ask("PUT", path, {"concurrency": 900})).status == 403
    house = await desk.server.ask("PUT", f"{LIMITS}/model/a/b", {"concurrency": 3}, key=desk.house)
    assert (house.status, house.json["id"]) == (200, "a/b")
    mine = await desk.server.ask("GET", LIMITS)
    assert "a/b" not in [one["id"] for one in mine.json["data"]]
    everybodys = await desk.server.ask("GET", LIMITS, key=desk.house)
    assert "a/b" in [one["id"] for one in everybodys.json["data"]]
    await desk.server.ask("DELETE", f"{LIMITS}/model/a/b", key=desk.house)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/key/{own}", {"requests_per_minute": 0}, 400),
        ("/key/{own}", {"eur_per_month": -1}, 400),
        ("/key/{own}", {"per_minute": 3}, 400),
        ("/key/{own}", [], 400),
        ("/nothing/x", {}, 404),
    ],
)
async def test_what_is_wrong_is_said(desk: Desk, path: str, body: object, status: int) -> None:
    said = await desk.server.ask("PUT", LIMITS + path.format(own=desk.own.key.id), body)
    assert said.status == status


async def test_usage_is_what_was_used_and_what_is_left(desk: Desk, database: Database, tenant: str) -> None:
    log = RequestLog(database)
    for n, model in enumerate(["gpt", "gpt", "home"]):
        record = RequestRecord(f"{tenant}-{n}", tenant, "k", datetime.now(UTC), 5.0, "auto", "answered", model, "cloud")
        log.add(msgspec.structs.replace(record, prompt_tokens=10, completion_tokens=5, cost_eur=0.5))
    await log.close()
    reservation = await desk.limiter.admit(Caller(tenant, "k", frozenset()))
    asked = ModelRequest((Message("user", "x" * 84),), sampling=Sampling(max_tokens=100))
    await reservation.attempt("home", "home", asked)

    usage = (await desk.server.ask("GET", USAGE)).json
    assert usage["data"][0] == {
        "tenant": tenant,
        "key": "k",
        "model": "gpt",
        "location": "cloud",
        "requests": 2,
        "prompt_tokens": 20,
        "completion_tokens": 10,
        "cost_eur": 1.0,
    }
    (account,) = usage["accounts"]
    assert (account["kind"], account["id"], account["span"], account["limit"]) == ("tenant", tenant, "day", 1000)
    assert account["used"] == 200
    assert account["period"] == datetime.now(UTC).date().isoformat()
    assert (await desk.server.ask("GET", f"{USAGE}?tenant={tenant}-other")).status == 404
    assert (await desk.server.ask("GET", f"{USAGE}?since=soon")).json["error"]["param"] == "since"
    later = (await desk.server.ask("GET", f"{USAGE}?since=2999-01-01&tenant={tenant}", key=desk.house)).json
    assert later["data"] == []


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_says_what_is_left(serve: Serve, stream: bool) -> None:
    server = await serve(limits=Limits(requests_per_minute=80))
    headers = (await server.chat("hello", stream=stream)).headers
    assert headers["x-ratelimit-limit-requests"] == "80"
    assert headers["x-ratelimit-remaining-requests"] == "79"
    assert headers["x-ratelimit-reset-requests"].startswith("1m")
    assert "x-ratelimit-limit-tokens" not in headers
