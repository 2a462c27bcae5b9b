"""What a browser, a rebinding name or a stranger's form cannot do, on every route."""

from __future__ import annotations

from tests.gateway.conftest import Serve, Server
from vestibule.core.settings import Settings

ROUTES = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/auto"),
    ("POST", "/v1/embeddings"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/nowhere"),
    ("OPTIONS", "/v1/chat/completions"),
]


FOREIGN = [
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
]


async def test_every_route_is_guarded_in_the_demo_too(demo: Server) -> None:
    for method, path in ROUTES:
        for headers in FOREIGN:
            reply = await demo.ask(method, path, **headers)
            assert (reply.status, reply.code) == (403, "forbidden"), (path, headers)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            reply = await demo.ask(method, path, b"{}", content_type=content_type)
            assert (reply.status, reply.code) == (415, "invalid_request"), (path, content_type)


async def test_own_names_are_answered(demo: Server) -> None:
    port = f":{demo.port}"
    for host in ("127.0.0.1", f"127.0.0.1{port}", f"localhost{port}", "LOCALHOST", f"localhost.{port}", f"[::1]{port}"):
        assert (await demo.ask("GET", "/healthz", host=host)).status == 200, host


async def test_other_names_are_not(demo: Server) -> None:
    port = f":{demo.port}"
    for host in (
        "",
        f"evil.example{port}",
        "[::1].evil.example",
        "[::1",
        "127.0.0.1@evil.example",
        "::1",
        "localhost:x",
    ):
        assert (await demo.ask("GET", "/healthz", host=host)).status == 403, host


async def test_a_host_is_named_once(demo: Server) -> None:
    for request in (b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.0\r\n"):
        reply = await demo.raw(request + b"connection: close\r\n\r\n")
        assert reply.status == 403
    twice = b"GET /healthz HTTP/1.1\r\nhost: evil.example\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    assert (await demo.raw(twice)).status == 403


async def test_names_are_set_by_the_operator(serve: Serve) -> None:
    server = await serve(settings=Settings(host="0.0.0.0", allowed_hosts=("llm.example",)))
    assert (await server.ask("GET", "/healthz", host="llm.example:443")).status == 200
    refused = await server.ask("GET", "/healthz", host="0.0.0.0")
    assert refused.status == 403
    assert "allowed_hosts" in refused.json["error"]["message"]
    bound = await serve(settings=Settings(host="192.0.2.7", allowed_hosts=()))
    assert (await bound.ask("GET", "/healthz", host="192.0.2.7:8080")).status == 200


async def test_a_page_of_our_own_may_call(demo: Server) -> None:
    host = f"localhost:{demo.port}"
    for origin in (f"http://{host}", f"https://{host}", f"HTTP://LOCALHOST:{demo.port}"):
        reply = await demo.ask("GET", "/v1/models", host=host, origin=origin)
        assert reply.status == 200
        assert "access-control-allow-origin" not in reply.headers
    for origin in ("http://localhost", f"http://127.0.0.1:{demo.port}", f"http://{host}/", f"ftp://{host}", ""):
        assert (await demo.ask("GET", "/v1/models", host=host, origin=origin)).status == 403


async def test_bodies_are_json(demo: Server) -> None:
    body = b'{"model": "auto", "messages": [{"role": "user", "content": "Why?"}]}'
    for content_type in ("application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'):
        reply = await demo.ask("POST", "/v1/chat/completions", body, content_type=content_type)
        assert reply.status == 200, content_type
    for content_type in ("application/json; charset=utf-16", "application/jsonp", "text/json", ""):
        reply = await demo.ask("POST", "/v1/chat/completions", body, content_type=content_type)
        assert reply.status == 415, content_type


async def test_compressed_bodies_are_refused(demo: Server) -> None:
    reply = await demo.ask("POST", "/v1/chat/completions", b"\x1f\x8b", content_encoding="gzip")
    assert (reply.status, reply.code) == (415, "invalid_request")
    assert "Content-Encoding" in reply.json["error"]["message"]
