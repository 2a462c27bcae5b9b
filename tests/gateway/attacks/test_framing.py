"""Requests that two readers may read differently, on real sockets: one clear refusal, nothing smuggled behind it, and
whoever comes next is answered."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from tests.gateway.conftest import Server, parse

CHAT = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "Why?"}]}).encode()
HIDDEN = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n\r\n"


def post(*fields: str, body: bytes = b"", version: str = "HTTP/1.1", target: str = "/v1/chat/completions") -> bytes:
    lines = (f"POST {target} {version}", "host: localhost", "content-type: application/json", *fields, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def get(target: str, *fields: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "host: localhost", *fields, "", "")).encode("latin-1")


CHUNKED = "transfer-encoding: chunked"
END = b"0\r\n\r\n"
UNREADABLE = {
    "length and chunks": post("content-length: 4", CHUNKED, body=END + HIDDEN),
    "chunks and length": post(CHUNKED, "content-length: 4", body=END + HIDDEN),
    "two lengths": post("content-length: 1", "content-length: 2", body=b"ab" + HIDDEN),
    "the same length twice": post("content-length: 2", "content-length: 2", body=b"{}" + HIDDEN),
    "a list of lengths": post("content-length: 2, 2", body=b"{}"),
    "a signed length": post("content-length: +2", body=b"{}"),
    "a negative length": post("content-length: -2", body=b"{}"),
    "a length in hexadecimal": post("content-length: 0x2", body=b"{}"),
    "a length no number holds": post("content-length: 99999999999999999999999", body=b"{}"),
    "a space before the colon": post("content-length : 2", body=b"{}"),
    "another coding": post("transfer-encoding: xchunked", body=END),
    "chunks inside of gzip": post("transfer-encoding: gzip, chunked", body=END),
    "a coding behind chunks": post("transfer-encoding: chunked, identity", body=END),
    "two codings": post(CHUNKED, "transfer-encoding: identity", body=END),
    "a hidden coding": post("transfer-encoding: \x0bchunked", body=END),
    "chunks in HTTP/1.0": post(CHUNKED, body=END, version="HTTP/1.0"),
    "a folded line": get("/healthz", "x-a: b", " c"),
    "bare line feeds": b"GET /healthz HTTP/1.1\nhost: localhost\n\n",
    "a bare line feed among others": b"GET /healthz HTTP/1.1\r\nhost: localhost\nx-b: c\r\n\r\n",
    "a bare carriage return": b"GET /healthz HTTP/1.1\r\nhost: localhost\rx-b: c\r\n\r\n",
    "U+0000 in a header": get("/healthz", "x-a: a\0b"),
    "a chunk that ends in a line feed": post(CHUNKED, body=b"1\na\n0\n\n"),
    "a chunk of 2^68 bytes": post(CHUNKED, body=b"fffffffffffffffff\r\na"),
    "a chunk of less than nothing": post(CHUNKED, body=b"-1\r\na"),
    "a length in a trailer": post(CHUNKED, body=b"1\r\na\r\n0\r\ncontent-length: 3\r\n\r\n"),
    "no version": b"GET /healthz\r\n\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nhost: localhost\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a method in small letters": b"get /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "another host in the target": get("http://localhost/healthz"),
    "a proxy's target": b"CONNECT localhost:443 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a target without a path": get("healthz"),
    "bytes over 127 in the target": get("/v1/\xc0\xae\xff"),
    "a WebSocket": get("/healthz", "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"),
    "HTTP/2 by an upgrade": post("connection: upgrade", "upgrade: h2c", "content-length: 2", body=b"{}" + HIDDEN),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "no HTTP at all": bytes(range(256)),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_may_be_read_in_two_ways_is_refused_once(server: Server, name: str) -> None:
    async with asyncio.timeout(5):
        async with server.connection() as (reader, writer):
            writer.write(UNREADABLE[name])
            answer = await reader.read()
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    reply = parse(answer)
    assert (reply.status, reply.code) == (400, "invalid_request")
    assert reply.headers["connection"] == "close"
    assert server.pipeline.requests == []
    assert (await server.ask("GET", "/healthz")).status == 200


TOO_LARGE = {
    "one long header": get("/healthz", "x-a: " + "a" * 1_000_000),
    "many headers": get("/healthz", *["x-a: b"] * 20_000),
    "a long target": get("/" + "a" * 1_000_000),
    "a long name": get("/healthz", "a" * 1_000_000 + ": b"),
    "only line ends": b"\r\n" * 200_000,
    "many trailers": post(CHUNKED, body=b"1\r\na\r\n0\r\n" + b"x-a: b\r\n" * 50_000),
    "an endless extension of a chunk": post(CHUNKED, body=b"1;" + b"a" * 1_000_000),
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_head_has_bounds(server: Server, name: str) -> None:
    async with asyncio.timeout(5):
        async with server.connection() as (reader, writer):
            writer.write(TOO_LARGE[name])
            try:
                answer = await reader.read()
            except ConnectionError:  # closed while it was still being written
                answer = b""
    if answer:
        assert parse(answer).status in (431, 401)
        assert answer.count(b"HTTP/1.1 ") == 1
    assert server.pipeline.requests == []
    assert (await server.ask("GET", "/healthz")).status == 200


async def test_a_head_just_within_its_bounds_is_read(server: Server) -> None:
    fields = {f"x-{n}": "a" * 300 for n in range(90)}
    assert (await server.ask("GET", "/healthz", **fields)).status == 200
    refused = await server.ask("GET", "/healthz", **{f"x-{n}": "a" for n in range(101)})
    assert (refused.status, refused.code) == (431, "too_large")


async def test_a_trailer_is_no_header(server: Server) -> None:
    """What a proxy in front never saw as a header must not become one."""
    trailed = b"%x\r\n%s\r\n0\r\nauthorization: Bearer %s\r\n\r\n" % (len(CHAT), CHAT, str(server.key).encode())
    reply = await server.raw(post(CHUNKED, "connection: close", body=trailed))
    assert reply.status == 401
    keyed = post(CHUNKED, "connection: close", f"authorization: Bearer {server.key}", body=trailed)
    assert (await server.raw(keyed)).status == 200


async def test_the_answer_under_way_is_finished_before_what_cannot_be_read_is_refused(server: Server) -> None:
    keyed = post(f"authorization: Bearer {server.key}", f"content-length: {len(CHAT)}", body=CHAT)
    async with server.connection() as (reader, writer):
        writer.write(keyed + b"this is no HTTP\r\n\r\n")
        answer = await reader.read()
    assert answer.count(b"HTTP/1.1 ") == 1
    assert parse(answer).status == 200


async def test_nothing_is_written_into_a_stream(server: Server) -> None:
    asked = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "stall now"}], "stream": True})
    async with server.connection() as (reader, writer):
        writer.write(post(f"authorization: Bearer {server.key}", f"content-length: {len(asked)}", body=asked.encode()))
        answer = await reader.readuntil(b"data: ")
        writer.write(b"this is no HTTP\r\n\r\n")
        writer.write_eof()
        answer += await reader.read()
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"invalid_request" not in answer


async def test_requests_sent_ahead_are_answered_in_order_and_not_without_end(server: Server) -> None:
    two = get("/healthz") + get("/nowhere", "connection: close")
    async with server.connection() as (reader, writer):
        writer.write(two)
        answer = await reader.read()
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404"]
    async with server.connection() as (reader, writer):
        writer.write(get("/healthz") * 1000)
        answer = await reader.read()
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_nothing_follows_a_close(server: Server) -> None:
    async with server.connection() as (reader, writer):
        writer.write(get("/healthz", "connection: close") + get("/nowhere"))
        assert (await reader.read()).count(b"HTTP/1.1 ") == 1
