"""Bodies that are too large, too slow, lying or not there: a clear error, and the server lives."""

from __future__ import annotations

import asyncio

import openai
import pytest

from tests.gateway.conftest import Serve, Server, parse
from vestibule.core.settings import Limits

MIB = 2**20


def head(server: Server, *fields: str) -> bytes:
    lines = (
        "POST /v1/chat/completions HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        f"authorization: Bearer {server.key}",
        *fields,
    )
    return "\r\n".join((*lines, "", "")).encode()


@pytest.fixture
async def small(serve: Serve) -> Server:
    """A gateway that takes 1 MiB, within one second."""
    return await serve(limits=Limits(body_mib=1), body_timeout_s=1.0)


async def test_fifty_megabytes_through_the_sdk(server: Server) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.APIStatusError) as failure:
            await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "x" * 50 * MIB}])
    assert failure.value.status_code == 413
    assert failure.value.code == "too_large"
    assert "8 MiB" in failure.value.message
    assert (await server.chat("Why?")).status == 200


async def test_a_large_claim_is_refused_before_the_body(small: Server) -> None:
    async with small.connection() as (reader, writer):
        writer.write(head(small, f"content-length: {MIB + 1}"))
        reply = parse(await reader.readuntil(b"}}"))
    assert (reply.status, reply.code) == (413, "too_large")


async def test_chunks_are_counted_as_they_come(small: Server) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with small.connection() as (reader, writer):
        writer.write(head(small, "transfer-encoding: chunked"))
        for _ in range(17):
            writer.write(chunk)
        reply = parse(await reader.readuntil(b"}}"))
    assert (reply.status, reply.code) == (413, "too_large")
    assert (await small.chat("Why?")).status == 200


async def test_a_body_of_just_the_limit_is_read(small: Server) -> None:
    body = b'{"model": "auto", "messages": [{"role": "user", "content": "Why?"}]}'
    reply = await small.ask("POST", "/v1/chat/completions", body.ljust(MIB))
    assert reply.status == 200
    assert (await small.ask("POST", "/v1/chat/completions", body.ljust(MIB + 1))).status == 413


async def test_chunked_bodies_are_read(server: Server) -> None:
    body = b'{"model": "auto", "messages": [{"role": "user", "content": "Why?"}]}'
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 9]), body[i : i + 9]) for i in range(0, len(body), 9))
    reply = await server.raw(head(server, "transfer-encoding: chunked", "connection: close") + pieces + b"0\r\n\r\n")
    assert reply.status == 200


@pytest.mark.parametrize("fields", [("content-length: 400",), ("transfer-encoding: chunked",)])
async def test_a_body_that_never_comes_is_given_up(small: Server, fields: tuple[str, ...]) -> None:
    reply = await small.raw(head(small, *fields) + (b"1\r\n{\r\n" if "chunked" in fields[0] else b"{"))
    assert (reply.status, reply.code) == (408, "invalid_request")
    assert reply.headers["connection"] == "close"


async def test_a_dripping_body_is_given_up(small: Server) -> None:
    async with small.connection() as (reader, writer):
        writer.write(head(small, "content-length: 100000"))
        answered = asyncio.create_task(reader.read())
        while not answered.done():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        assert parse(await answered).status == 408


async def test_a_stranger_is_turned_away_before_the_body(server: Server) -> None:
    request = head(server, "content-length: 1000").replace(str(server.key).encode(), b"sk-unknown")
    async with server.connection() as (reader, writer):
        writer.write(request)
        assert parse(await reader.readuntil(b"}}")).status == 401


NO_REQUEST = [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"{", "not JSON"),
    (b'{"model": "auto"', "not JSON"),
    (b"null", "expected object"),
    (b"[]", "expected object"),
    (b'"text"', "expected object"),
    (b'{"model": "auto", "messages": []}', "messages"),
    (b'{"model": "auto", "messages": "Why?"}', "messages"),
    (b'{"model": "auto", "messages": [{"role": "user", "content": "\xff\xfe"}]}', "UTF-8"),
    ('{"model": "auto", "messages": [{"role": "user", "content": "Größe"}]}'.encode("utf-16"), "not JSON"),
    (b"\x00" * 64, "not JSON"),
    (b'{"model": "auto", "messages": [{"role": "user", "content": "\\ud800"}]}', "not JSON"),
    (b'{"model": "auto", "messages": [{"role": "user", "content": "a\\u0000b"}]}', "U+0000"),
    (b'{"model": "auto", "messages": ' + b"[" * 200_000, "messages[0]"),
    (b'{"model": "auto", "prediction": ' + b"[" * 200_000, "nested too deeply"),
    (b'{"model": "auto", "prediction": ' + b'{"a":' * 200_000, "nested too deeply"),
]


async def test_bodies_that_are_no_request(server: Server) -> None:
    for body, said in NO_REQUEST:
        reply = await server.ask("POST", "/v1/chat/completions", body)
        assert (reply.status, reply.code) == (400, "invalid_request"), body[:80]
        assert said.lower() in reply.json["error"]["message"].lower()
    assert (await server.chat("Why?")).status == 200


async def test_a_length_too_short_for_its_body(server: Server) -> None:
    body = b'{"model": "auto", "messages": [{"role": "user", "content": "Why?"}]}'
    async with server.connection() as (reader, writer):
        writer.write(head(server, "content-length: 9") + body)
        # what follows is no HTTP, so the server may answer before we do
        assert parse(await reader.read()).status == 400
    assert (await server.chat("Why?")).status == 200
