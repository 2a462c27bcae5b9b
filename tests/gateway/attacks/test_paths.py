"""Paths that mean something else to somebody: never a file, never a 500, never another route than the one written."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Server

NOWHERE = [
    "//healthz",
    "///healthz",
    "/./healthz",
    "/v1/../healthz",
    "/v1/%2e%2e/healthz",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc/passwd",
    "/..%5c..%5cetc",
    "/v1/%c0%ae%c0%ae/healthz",
    "/healthz/",
    "/HEALTHZ",
    "/healthz;a=b",
    "/healthz%20",
    "/%2fhealthz",
    "/\\healthz",
    "/v1/models/%2e%2e/%2e%2e/etc/passwd",
    "/v1/models/" + "a" * 8000,
    "/v1/models/auto%2f..%2fauto",
    "/v1/models/%F0%9F%92%A9",
    "/" + "a/" * 4000,
    "*",
    "/%",
    "/%zz",
    "/%25%32%65",
]


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:40])
async def test_another_spelling_is_another_path(server: Server, path: str) -> None:
    reply = await server.ask("GET", path)
    assert (reply.status, reply.code) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/models/%00", "/healthz%00", "/%0d%0aset-cookie:%20a=b", "/v1/%1b[2J", "/%7f"])
async def test_control_characters_lead_nowhere(server: Server, path: str) -> None:
    reply = await server.ask("GET", path)
    assert (reply.status, reply.code) == (404, "not_found")
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "PURGE", "LOCK", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
async def test_methods_nobody_serves(server: Server, method: str) -> None:
    for path in ("/v1/chat/completions", "/v1/models", "/healthz", "/nowhere"):
        reply = await server.ask(method, path)
        assert reply.status in (401, 404, 405), (path, reply.status)
        assert str(server.key).encode() not in reply.body


async def test_a_query_changes_nothing(server: Server) -> None:
    for query in ("?", "?a=b", "?%00", "?" + "a" * 8000, "?a=%ff%fe", "#x"):
        assert (await server.ask("GET", f"/healthz{query}")).status == 200
