"""The running house, console and all, under what a stranger would try first: no file, no 500, no key in any answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fuzz.serving import Served, served
from tests.gateway.conftest import Reply, parse

PATHS = [
    "/console/static/../../../../../../etc/passwd",
    "/console/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/console/static/%2e%2e/%2e%2e/application.py",
    "/console/static//etc/passwd",
    "/console/static/..\\..\\application.py",
    "/console/static/vendor/%c0%ae%c0%ae/%c0%ae%c0%ae/application.py",
    "/console/static/" + "a/" * 2000,
    "/console/static/" + "a" * 20_000,
    "/console/%2e%2e/admin/v1/keys",
    "/console/../admin/v1/keys",
    "/console//admin/v1/keys",
    "/admin/v1/keys/%2e%2e",
    "/admin/v1/keys/' OR 1=1 --".replace(" ", "%20"),
    "/admin/v1/audit?limit=-1&after=%27",
    "/admin/v1/audit?limit=99999999999999999999999999",
    "/v1/files/..%2f..%2fetc%2fpasswd/content",
    "/v1/responses/%27%3B%20DROP%20TABLE%20responses",
    "/.env",
    "/.git/config",
    "/server-status",
    "/console/static/%00",
    "/console/static/a%0d%0ax-a:b",
]


async def ask(house: Served, path: str, *fields: str, method: str = "GET") -> Reply:
    target = urlsplit(house.address)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    head = (f"{method} {path} HTTP/1.1", f"host: {target.netloc}", "connection: close", *fields, "", "")
    writer.write("\r\n".join(head).encode())
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return parse(answer)


@pytest.mark.slow
async def test_what_strangers_try_first(storage_home: Path) -> None:
    async with served(storage_home) as house:
        for path in PATHS:
            for fields in ((), (f"authorization: Bearer {house.key}",)):
                reply = await ask(house, path, *fields)
                assert reply.status in (400, 401, 403, 404, 405, 422), (path, reply.status)
                assert b"root:" not in reply.body, path
                assert house.key.encode() not in reply.body, path
                assert "x-a" not in reply.headers, path
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "HEAD", "OPTIONS"):
            for path in ("/", "/console/", "/console/static/", "/openapi.json", "/metrics", "/v1/models"):
                reply = await ask(house, path, f"authorization: Bearer {house.key}", method=method)
                assert reply.status < 500, (method, path)
                assert house.key.encode() not in reply.body, (method, path)
        assert (await ask(house, "/healthz")).status == 200
