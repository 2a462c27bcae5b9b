"""Web pages of other origins: only with a key that names them, and never with a cookie."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Reply, Serve, Server
from vestibule.access.keys import Keys
from vestibule.access.terms import Terms
from vestibule.storage.database import Database

APP, OTHER = "https://app.example", "https://other.example"
CHAT = "/v1/chat/completions"


@pytest.fixture
async def named(server: Server, database: Database, tenant: str) -> str:
    """A key whose origin is `APP`."""
    return (await Keys(database).create(tenant, ["inference"], terms=Terms(origins=(APP,)))).token


async def preflight(server: Server, origin: str, path: str = CHAT) -> Reply:
    return await server.ask(
        "OPTIONS",
        path,
        origin=origin,
        access_control_request_method="POST",
        access_control_request_headers="authorization,content-type,x-stainless-os",
        authorization="",
    )


def shared(reply: Reply) -> list[str]:
    return sorted(name for name in reply.headers if name.startswith("access-control-"))


async def test_a_page_asks_and_calls(server: Server, named: str) -> None:
    asked = await preflight(server, APP)
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == APP
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert asked.headers["access-control-allow-headers"] == "authorization,content-type,x-stainless-os"
    assert "Origin" in asked.headers["vary"]
    body = {"model": "auto", "messages": [{"role": "user", "content": "why"}]}
    for stream in (False, True):
        reply = await server.ask("POST", CHAT, {**body, "stream": stream}, key=named, origin=APP)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == APP
        assert "x-request-id" in reply.headers["access-control-expose-headers"]
        assert reply.headers["vary"] == "Origin"


async def test_errors_can_be_read_by_the_page_too(server: Server, named: str) -> None:
    reply = await server.ask("POST", CHAT, {"model": "auto"}, key=named, origin=APP)
    assert reply.status == 400
    assert reply.headers["access-control-allow-origin"] == APP


async def test_an_origin_that_no_key_names_is_refused(server: Server, named: str) -> None:
    for origin in (OTHER, "null", f"{APP}.evil.example", "http://app.example", f"{APP}:8443"):
        asked = await preflight(server, origin)
        assert (asked.status, shared(asked)) == (403, [])
        reply = await server.ask("GET", "/v1/models", key=named, origin=origin)
        assert (reply.status, shared(reply)) == (403, [])


async def test_a_key_that_does_not_name_it_is_refused(server: Server, named: str) -> None:
    assert named
    for key in (server.key, "vst_unknown"):
        reply = await server.ask("GET", "/v1/models", key=key, origin=APP)
        assert (reply.status, shared(reply)) == (403, [])


async def test_only_the_surface_for_callers_is_shared(server: Server, named: str) -> None:
    for path in ("/admin/v1/privacy/check", "/metrics", "/console/", "/docs"):
        assert shared(await preflight(server, APP, path)) == []
        reply = await server.ask("GET", path, key=named, origin=APP)
        assert (reply.status, shared(reply)) == (403, [])


async def test_cookies_are_never_asked_for(server: Server, named: str) -> None:
    for reply in (await preflight(server, APP), await server.ask("GET", "/v1/models", key=named, origin=APP)):
        assert "access-control-allow-credentials" not in reply.headers
        assert reply.headers["access-control-allow-origin"] != "*"


async def test_a_revoked_key_names_nothing(server: Server, database: Database, tenant: str, serve: Serve) -> None:
    keys = Keys(database)
    issued = await keys.create(tenant, ["inference"], terms=Terms(origins=("https://gone.example",)))
    await keys.revoke(issued.key.id)
    fresh = await serve()
    assert (await preflight(fresh, "https://gone.example")).status == 403


async def test_two_origins_are_none(server: Server, named: str) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\nauthorization: Bearer {named}\r\n"
    reply = await server.raw(f"{head}origin: {APP}\r\norigin: {APP}\r\nconnection: close\r\n\r\n".encode())
    assert (reply.status, shared(reply)) == (403, [])


async def test_in_the_demo_no_other_page_may_call(demo: Server) -> None:
    reply = await demo.ask("GET", "/v1/models", origin=APP)
    assert (reply.status, shared(reply)) == (403, [])
