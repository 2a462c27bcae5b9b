"""`/admin/v1/keys`, `/tenants` and `/users` over a real socket: who may do what to whose, and that it holds at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.gateway.conftest import Reply, Server, listening
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import ADMIN_TENANT, Keys, digest_of
from vestibule.access.tenants import Tenants
from vestibule.access.terms import Terms
from vestibule.access.users import Users
from vestibule.core.caller import SCOPES
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Settings
from vestibule.gateway.application import ordinary
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.gateway.keys import PATH, KeyRoutes, add_key_routes
from vestibule.gateway.tenants import TENANTS, USERS, TenantRoutes, UserRoutes, add_tenant_routes
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics


class Office:
    """A gateway with the routes of administrators; `key` is one of a tenant, `house` one of the whole house."""

    def __init__(self, server: Server, keys: Keys, tenant: str, house: str) -> None:
        self.server, self.keys, self.tenant, self.house = server, keys, tenant, house

    async def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Reply:
        return await self.server.ask(method, path, body, key=key)

    async def done(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        reply = await self.ask(method, path, body, key=key)
        assert reply.status == 200, reply.body
        assert reply.headers["cache-control"] == "no-store"
        return reply.json


@pytest.fixture
async def office(database: Database, tenant: str) -> AsyncIterator[Office]:
    keys = Keys(database)
    access = Access.over(keys, 6000)
    app = ordinary()
    add_key_routes(app, KeyRoutes(access, keys))
    add_tenant_routes(app, TenantRoutes(access, Tenants(database)), UserRoutes(access, Users(database)))
    key = (await keys.create(tenant, ["admin"])).token
    house = (await keys.create(ADMIN_TENANT, SCOPES)).token
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        yield Office(Server(port, ScriptedPipeline(access), Metrics(), key), keys, tenant, house)


class TestKeys:
    async def test_a_key_is_made_shown_once_and_described(self, office: Office) -> None:
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)
        made = await office.done(
            "POST",
            PATH,
            {
                "name": "dashboard",
                "scopes": ["feedback", "inference"],
                "models": ["auto"],
                "class": "internal",
                "origins": ["https://app.example"],
                "networks": ["10.0.0.0/8"],
                "expires_at": until.isoformat(),
            },
        )
        assert made["key"].startswith(made["prefix"])
        assert made["object"] == "api_key"
        told = await office.done("GET", f"{PATH}/{made['id']}")
        assert told == {**made, "key": None}
        assert (told["tenant"], told["scopes"], told["state"]) == (office.tenant, ["inference", "feedback"], "active")
        assert (told["models"], told["class"], told["origins"]) == (["auto"], "internal", ["https://app.example"])
        assert datetime.fromisoformat(told["expires_at"]) == until
        listed = await office.done("GET", PATH)
        assert [key["name"] for key in listed["data"]] == ["", "dashboard"]
        assert made["key"].removeprefix(made["prefix"]) not in str(listed)

    async def test_rotation_and_revocation_hold_at_once(self, office: Office) -> None:
        made = await office.done("POST", PATH, {"scopes": ["admin"]})
        assert (await office.ask("GET", PATH, key=made["key"])).status == 200
        rotated = await office.done("POST", f"{PATH}/{made['id']}/rotate", {"overlap_s": 3600})
        assert rotated["previous_until"]
        statuses = [(await office.ask("GET", PATH, key=key)).status for key in (made["key"], rotated["key"])]
        assert statuses == [200, 200]
        assert (await office.done("DELETE", f"{PATH}/{made['id']}"))["state"] == "revoked"
        statuses = [(await office.ask("GET", PATH, key=key)).status for key in (made["key"], rotated["key"])]
        assert statuses == [401, 401]
        assert (await office.ask("POST", f"{PATH}/{made['id']}/rotate")).code == "invalid_request"

    async def test_rotation_takes_a_day_where_nothing_is_said(self, office: Office) -> None:
        made = await office.done("POST", PATH, {})
        rotated = await office.done("POST", f"{PATH}/{made['id']}/rotate")
        left = datetime.fromisoformat(rotated["previous_until"]) - datetime.now(UTC)
        assert timedelta(hours=23) < left <= timedelta(hours=24)

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"scopes": []}, "scopes"),
            ({"scopes": ["emperor"]}, "scopes"),
            ({"origins": ["*"]}, "origins"),
            ({"class": "secret"}, "class"),
            ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
            ({"surprise": 1}, "surprise"),
            ({"name": "a\u0000b"}, "name"),
        ],
    )
    async def test_what_is_wrong_is_named(self, office: Office, body: object, param: str) -> None:
        reply = await office.ask("POST", PATH, body)
        assert (reply.status, reply.json["error"]["param"]) == (400, param)

    @pytest.mark.parametrize("overlap_s", [-1, 10**9, 10**18])
    async def test_an_overlap_without_end_is_refused(self, office: Office, overlap_s: int) -> None:
        made = await office.done("POST", PATH, {})
        reply = await office.ask("POST", f"{PATH}/{made['id']}/rotate", {"overlap_s": overlap_s})
        assert reply.code == "invalid_request"

    async def test_nobody_gives_more_than_they_have(self, office: Office) -> None:
        terms = Terms(clearance=PrivacyClass.INTERNAL)
        limited = (await office.keys.create(office.tenant, ["admin"], terms=terms)).token
        assert (await office.ask("POST", PATH, {"class": "restricted"}, key=limited)).status == 403
        made = await office.done("POST", PATH, {}, key=limited)
        assert made["class"] == "internal"
        open_key = await office.done("POST", PATH, {})
        assert (await office.ask("POST", f"{PATH}/{open_key['id']}/rotate", key=limited)).status == 403

    async def test_only_admins(self, office: Office) -> None:
        user = (await office.keys.create(office.tenant, ["inference", "audit"])).token
        for method, path in (("GET", PATH), ("POST", PATH), ("GET", TENANTS), ("GET", USERS), ("DELETE", f"{PATH}/x")):
            assert (await office.ask(method, path, key=user)).status == 403
            assert (await office.ask(method, path, key="vst_unknown")).status == 401


class TestReach:
    async def test_the_house_s_administrators_reach_every_tenant(self, office: Office) -> None:
        made = await office.done("POST", PATH, {"tenant": office.tenant}, key=office.house)
        assert made["tenant"] == office.tenant
        mine = await office.done("GET", f"{PATH}?tenant={office.tenant}", key=office.house)
        assert made["id"] in [key["id"] for key in mine["data"]]
        assert {key["tenant"] for key in mine["data"]} == {office.tenant}
        everybody = await office.done("GET", PATH, key=office.house)
        assert {office.tenant, ADMIN_TENANT} <= {key["tenant"] for key in everybody["data"]}

    async def test_a_tenant_s_administrators_see_their_own(self, office: Office) -> None:
        assert [tenant["id"] for tenant in (await office.done("GET", TENANTS))["data"]] == [office.tenant]
        assert {key["tenant"] for key in (await office.done("GET", PATH))["data"]} == {office.tenant}
        assert (await office.ask("POST", TENANTS, {"id": "new-one"})).status == 403
        assert (await office.ask("POST", PATH, {"tenant": "default"})).status == 404
        assert (await office.ask("GET", f"{PATH}?tenant=default")).status == 404
        assert (await office.ask("POST", USERS, {"tenant": "default", "name": "M", "role": "admin"})).status == 404


class TestTenants:
    async def test_a_tenant_is_made_shut_and_opened(self, office: Office) -> None:
        name = f"{office.tenant}-new"
        made = await office.done("POST", TENANTS, {"id": name, "name": "New"}, key=office.house)
        assert made["disabled_at"] is None
        key = (await office.done("POST", PATH, {"tenant": name, "scopes": ["admin"]}, key=office.house))["key"]
        assert (await office.done("GET", f"{TENANTS}/{name}", key=key))["name"] == "New"
        shut = await office.done("PATCH", f"{TENANTS}/{name}", {"disabled": True}, key=office.house)
        assert shut["disabled_at"]
        await office.done("PATCH", f"{TENANTS}/{name}", {"disabled": False, "name": "Again"}, key=office.house)
        assert (await office.done("GET", f"{TENANTS}/{name}", key=key))["name"] == "Again"
        assert name in [tenant["id"] for tenant in (await office.done("GET", TENANTS, key=office.house))["data"]]

    async def test_nobody_shuts_the_door_behind_themselves(self, office: Office) -> None:
        reply = await office.ask("PATCH", f"{TENANTS}/{office.tenant}", {"disabled": True})
        assert reply.status == 403
        renamed = await office.done("PATCH", f"{TENANTS}/{office.tenant}", {"name": "Ours"})
        assert renamed["name"] == "Ours"


class TestUsers:
    async def test_a_user_s_life(self, office: Office) -> None:
        made = await office.done(
            "POST", USERS, {"name": "Anna", "role": "admin", "issuer": "https://a", "subject": "anna"}
        )
        one = f"{USERS}/{made['id']}"
        assert made["tenant"] == office.tenant
        key = (await office.done("POST", PATH, {"user": made["id"], "scopes": ["admin"]}))["key"]
        assert (await office.done("GET", one, key=key))["role"] == "admin"
        changed = await office.done("PATCH", one, {"role": "auditor", "name": "Anna B."})
        assert (changed["role"], changed["name"], changed["disabled_at"]) == ("auditor", "Anna B.", None)
        found = await office.keys.find(digest_of(key))
        assert found is not None
        assert found.caller.scopes == frozenset(), "a key for admin alone, of one who is no administrator any more"
        assert [user["id"] for user in (await office.done("GET", USERS))["data"]] == [made["id"]]
        assert (await office.done("PATCH", one, {"disabled": True}))["disabled_at"]
        assert (await office.ask("DELETE", one)).status == 204
        assert (await office.ask("GET", one)).status == 404

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"name": "Anna", "role": "emperor"}, "role"),
            ({"name": "", "role": "viewer"}, "name"),
            ({"role": "viewer"}, "name"),
            ({"name": "Anna", "role": "viewer", "issuer": "https://a"}, "subject"),
        ],
    )
    async def test_what_is_wrong_is_named(self, office: Office, body: object, param: str) -> None:
        reply = await office.ask("POST", USERS, body)
        assert (reply.status, reply.json["error"]["param"]) == (400, param)
