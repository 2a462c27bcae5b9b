"""Another tenant's things are not there: every route of the whole product × every id of a foreign tenant.

The routes are those the running product has. A route that is added must be decided on here, if its path has no
parameter, or is tried with every foreign id by itself, if it has one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest

from tests.console.conftest import Visitor
from tests.gateway.conftest import Reply, Server
from tests.gateway.house import routes_of, whole_house
from tests.gateway.isolation import Table
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access.keys import digest_of
from vestibule.access.tenants import Tenants
from vestibule.access.users import Users
from vestibule.app import House
from vestibule.core.caller import SCOPES, Caller
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Limits, Settings
from vestibule.files import LIFE

MANUAL = b"# Pump manual\n\nTo isolate pump P-7 close valves V-3 and V-4. Then lock the switch in field 12.\n"
pytestmark = pytest.mark.slow
QUOTE = "close valves V-3 and V-4"
CHAT = {"model": "auto", "messages": [{"role": "user", "content": "How do I isolate pump P-7?"}]}

# Nothing in them names a thing of a tenant's: what they show is the caller's own, or nobody's.
WITHOUT_IDS = {
    "GET /",
    "GET /admin/v1/audit",
    "GET /admin/v1/audit/verify",
    "GET /admin/v1/configuration",
    "GET /admin/v1/configuration/versions",
    "GET /admin/v1/experiments",
    "GET /admin/v1/keys",
    "GET /admin/v1/limits",
    "GET /admin/v1/tenants",
    "GET /admin/v1/usage",
    "GET /admin/v1/users",
    "GET /console",
    "GET /console/",
    "GET /console/design",
    "GET /console/overview/stream",
    "GET /console/playground",
    "GET /console/privacy",
    "GET /console/routing",
    "GET /console/sign-in",
    "GET /console/system",
    "GET /console/system/stream",
    "GET /docs",
    "GET /healthz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /readyz",
    "GET /v1/agents/templates",
    "GET /v1/controls",
    "GET /v1/models",
    "POST /admin/v1/configuration/apply",
    "POST /admin/v1/configuration/rollback",
    "POST /admin/v1/configuration/validate",
    "POST /admin/v1/privacy/check",
    "POST /admin/v1/tenants",
    "POST /console/playground/ask",
    "POST /console/privacy/check",
    "POST /console/routing/compare",
    "POST /console/routing/promote",
    "POST /console/routing/roll-back",
    "POST /console/routing/stop",
    "POST /console/routing/try",
    "POST /console/sign-in",
    "POST /console/sign-out",
    "POST /v1/files",
    "POST /v1/moderations",
}
# What is of all tenants together is for administrators of the house alone.
OF_THE_HOUSE = ("/admin/v1/configuration", "/admin/v1/experiments")
# What names something in its body or query: the request that does so with an id.
Asking = Callable[[str], tuple[str, object]]
WITH_IDS_INSIDE: Mapping[str, list[Asking]] = {
    "GET /admin/v1/keys": [lambda id_: (f"/admin/v1/keys?tenant={id_}", None)],
    "GET /admin/v1/routing/savings": [lambda id_: (f"/admin/v1/routing/savings?tenant={id_}", None)],
    "POST /admin/v1/routing/explain": [lambda id_: ("/admin/v1/routing/explain", {**CHAT, "model": id_})],
    "GET /admin/v1/users": [lambda id_: (f"/admin/v1/users?tenant={id_}", None)],
    "GET /v1/batches": [lambda id_: (f"/v1/batches?after={id_}", None)],
    "GET /v1/files": [lambda id_: (f"/v1/files?after={id_}", None)],
    "POST /v1/embeddings": [lambda id_: ("/v1/embeddings", {"model": id_, "input": "a"})],
    "POST /admin/v1/keys": [
        lambda id_: ("/admin/v1/keys", {"tenant": id_}),
        lambda id_: ("/admin/v1/keys", {"user": id_}),
    ],
    "POST /admin/v1/users": [lambda id_: ("/admin/v1/users", {"tenant": id_, "name": "M", "role": "admin"})],
    "POST /admin/v1/privacy/erase": [
        lambda id_: ("/admin/v1/privacy/erase", {"tenant": id_}),
        lambda id_: ("/admin/v1/privacy/erase", {"tenant": id_, "confirm": True}),
    ],
    "POST /v1/chat/completions": [lambda id_: ("/v1/chat/completions", {**CHAT, "model": id_})],
    "POST /v1/responses": [
        lambda id_: ("/v1/responses", {"model": "auto", "input": "And then?", "previous_response_id": id_})
    ],
    "POST /v1/batches": [
        lambda id_: (
            "/v1/batches",
            {"input_file_id": id_, "endpoint": "/v1/chat/completions", "completion_window": "24h"},
        )
    ],
    "POST /v1/feedback": [lambda id_: ("/v1/feedback", {"id": id_, "rating": "up"})],
    "POST /console/playground/passage": [],  # below: it wants a browser
}
# What a parameter must be for its route to look for an id at all.
CHOICES = {"kind": ("key", "tenant")}


@dataclass(frozen=True)
class Foreign:
    """What the other tenant has, by what it is; `held` tells that all of it is still there."""

    tenant: str
    ids: Mapping[str, str]
    key: str
    document: str


@dataclass(frozen=True)
class Street:
    """A house, one tenant's administrator at its door, and the neighbour."""

    house: House
    server: Server
    routes: list[tuple[str, str]]
    foreign: Foreign


@pytest.fixture
async def street(
    storage_home: Path, tenant: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Street]:
    settings = Settings(home=storage_home, limits=Limits(requests_per_minute=1_000_000))
    async with whole_house(settings, monkeypatch) as (house, port, application):
        ours = (await house.keys.create(tenant, SCOPES)).token
        server = Server(port, ScriptedPipeline(house.pipeline.access), house.metrics, ours)
        routes = routes_of(application)
        yield Street(house, server, routes, await _settle(house, server, routes, f"{tenant}-b"))


async def _settle(house: House, server: Server, routes: list[tuple[str, str]], tenant: str) -> Foreign:
    """Give the neighbour one of everything."""
    issued = await house.keys.create(tenant, SCOPES)
    user = await Users(house.database).create(tenant, "Anna", "viewer")
    document = await house.knowledge.accept(tenant, "pump.md", MANUAL)
    stored = await server.ask("POST", "/v1/responses", {"model": "auto", "input": "hello"}, key=issued.token)
    assert stored.status == 200, stored.body
    async with house.batches.doors.files.writing(tenant) as writing:
        file = await writing.finish("in.jsonl", "batch", PrivacyClass.INTERNAL)
    owner = Caller(tenant, issued.key.id, clearance=PrivacyClass.INTERNAL)
    batch = await house.batches.doors.batches.create(owner, "/v1/chat/completions", file.id, LIFE)
    ids = {
        "key": issued.key.id,
        "user": user.id,
        "tenant": tenant,
        "response": stored.json["id"],
        "file": file.id,
        "batch": batch.id,
        "document": document,
    }
    if ("POST", "/v1/batches") in routes:
        ids |= await _batch(server, issued.token)
    return Foreign(tenant, ids, issued.token, document)


async def _batch(server: Server, key: str) -> dict[str, str]:
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": CHAT}
    async with server.sdk(key) as client:
        file = await client.files.create(file=("lines.jsonl", json.dumps(line).encode()), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    return {"file": file.id, "batch": batch.id}


async def test_every_route_is_decided_on(street: Street) -> None:
    undecided = [
        f"{method} {path}"
        for method, path in street.routes
        if "{" not in path and f"{method} {path}" not in WITHOUT_IDS | set(WITH_IDS_INSIDE)
    ]
    assert not undecided, f"{undecided}: say in WITHOUT_IDS or WITH_IDS_INSIDE what these do with another tenant's ids"
    assert len(street.routes) > 40
    served = {f"{method} {path}" for method, path in street.routes}
    assert (WITHOUT_IDS | set(WITH_IDS_INSIDE)) - served == set(), "these are served no more"


async def test_every_path_with_every_foreign_id_is_not_found(
    street: Street, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = Table()
    for method, path in street.routes:
        if "{" not in path:
            continue
        for kind, id_ in street.foreign.ids.items():
            for filled in _filled(path):
                foreign, unknown = id_, _unknown(id_)
                body: object = None if method in ("GET", "DELETE") else {}
                theirs = await street.server.ask(method, filled.replace("{}", foreign), body)
                nobodys = await street.server.ask(method, filled.replace("{}", unknown), body)
                refused = 403 if path.startswith(OF_THE_HOUSE) else 404
                assert theirs.status == refused, f"{method} {filled} with the {kind} of another tenant: {theirs.body!r}"
                _same(theirs, foreign, nobodys, unknown)
                tried.note(f"{method} {path}", kind, theirs.status)
    assert tried.count >= 40
    await _is_whole(street)
    _print(tried, capsys)


async def test_every_body_and_query_with_a_foreign_id_is_not_found(
    street: Street, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = Table()
    served = {f"{method} {path}" for method, path in street.routes}
    for name, askings in WITH_IDS_INSIDE.items():
        if name not in served:
            continue
        for asking, (kind, id_) in product(askings, street.foreign.ids.items()):
            unknown = _unknown(id_)
            (path, body), (unknown_path, unknown_body) = asking(id_), asking(unknown)
            method = name.partition(" ")[0]
            theirs = await street.server.ask(method, path, body)
            nobodys = await street.server.ask(method, unknown_path, unknown_body)
            assert theirs.status == 404, f"{name} with the {kind} of another tenant: {theirs.body!r}"
            _same(theirs, id_, nobodys, unknown)
            tried.note(f"{name} (inside)", kind, theirs.status)
    assert tried.count >= 30
    await _is_whole(street)
    _print(tried, capsys)


async def test_lists_hold_nothing_of_another_tenant(street: Street) -> None:
    for method, path in street.routes:
        if method != "GET" or "{" in path or not path.startswith(("/v1/", "/admin/")):
            continue
        reply = await street.server.ask("GET", path)
        assert reply.status == (403 if path.startswith(OF_THE_HOUSE) else 200), (path, reply.body)
        for kind, id_ in street.foreign.ids.items():
            assert id_ not in reply.body.decode(), f"{path} shows the {kind} of another tenant"


async def test_the_metrics_name_no_tenant_and_no_key(street: Street) -> None:
    exposed = (await street.server.ask("GET", "/metrics")).body.decode()
    for id_ in street.foreign.ids.values():
        assert id_ not in exposed


async def test_answers_rest_on_nothing_of_another_tenant(street: Street) -> None:
    await _ingested(street)
    theirs = await street.server.ask("POST", "/v1/chat/completions", CHAT, key=street.foreign.key)
    assert theirs.status == 200
    assert "V-3" in theirs.body.decode()
    ours = await street.server.ask("POST", "/v1/chat/completions", CHAT)
    assert "V-3" not in ours.body.decode()
    only = {**CHAT, "vestibule": {"cache": "only"}}
    assert (await street.server.ask("POST", "/v1/chat/completions", only, key=street.foreign.key)).status == 200
    assert "V-3" not in (await street.server.ask("POST", "/v1/chat/completions", only)).body.decode()


async def test_a_foreign_passage_is_not_opened_in_the_console(street: Street) -> None:
    await _ingested(street)
    shown = []
    for key in (street.foreign.key, street.server.key):
        visitor = Visitor(street.server.port)
        await visitor.get("/console/sign-in")
        assert (await visitor.post("/console/sign-in", {"key": key})).status == 204
        await visitor.get("/console/playground")
        citation = {"index": 1, "document_id": street.foreign.document, "title": "t", "locator": "l", "quote": QUOTE}
        reply = await visitor.post("/console/playground/passage", citation)
        assert reply.status == 200, reply.body
        shown.append("lock the switch" in reply.body.decode())
    assert shown == [True, False]


async def _ingested(street: Street) -> None:
    foreign = street.foreign
    async with asyncio.timeout(60):
        while not await street.house.knowledge.quoting(foreign.tenant, foreign.document, QUOTE):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _print(tried: Table, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{tried}")


def _filled(path: str) -> list[str]:
    """The path with `{}` where an id belongs, once for each choice of what is not an id."""
    parts = path.split("/")
    filled: list[list[str]] = [[]]
    for part in parts:
        name = part.strip("{}").partition(":")[0]
        options = CHOICES.get(name, ("{}",)) if part.startswith("{") else (part,)
        filled = [[*before, option] for before, option in product(filled, options)]
    return ["/".join(one) for one in filled]


def _unknown(id_: str) -> str:
    """An id of the same kind which nobody has."""
    return id_[:-6] + uuid4().hex[:6]


def _same(theirs: Reply, foreign: str, nobodys: Reply, unknown: str) -> None:
    """Nobody can tell what is another's from what is not there."""
    assert theirs.status == nobodys.status
    assert _without(theirs, foreign) == _without(nobodys, unknown)
    assert set(theirs.headers) == set(nobodys.headers)


def _without(reply: Reply, id_: str) -> object:
    """What was said, whatever of the id it repeats."""
    said = reply.body.decode().replace(id_, "…").replace(id_[:40], "…")
    return json.loads(said)


async def _is_whole(street: Street) -> None:
    """Nothing of the neighbour's was touched on the way."""
    foreign, house = street.foreign, street.house
    assert await house.keys.find(digest_of(foreign.key)) is not None
    assert (await Tenants(house.database).get(foreign.tenant)).disabled_at is None
    assert (await Users(house.database).get(foreign.ids["user"])).disabled_at is None
    assert [key.id for key in await house.keys.list(foreign.tenant)] == [foreign.ids["key"]]
    for kind, path in (("response", "responses"), ("file", "files"), ("batch", "batches")):
        kept = await street.server.ask("GET", f"/v1/{path}/{foreign.ids[kind]}", key=foreign.key)
        assert kept.status == 200, kind
        assert kept.json.get("status") != "cancelling"
