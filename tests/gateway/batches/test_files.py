"""Files as the official SDK sends and reads them, over a real socket; and forms that no SDK would send."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

from tests.gateway.batches.conftest import Office
from tests.gateway.openapi import PUBLISHED
from vestibule.access.terms import Terms
from vestibule.core.sensitivity import PrivacyClass

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")

MIB = 2**20


async def test_a_file_there_and_back(office: Office) -> None:
    content = bytes(n % 253 for n in range(2 * MIB - 100))
    made = await office.client.files.create(file=("Größe “x”.jsonl", content), purpose="batch")
    assert (made.bytes, made.filename, made.purpose, made.status) == (
        len(content),
        "Größe “x”.jsonl",
        "batch",
        "processed",
    )
    assert made.expires_at is not None
    assert made.expires_at - made.created_at == 30 * 86_400
    assert await office.client.files.retrieve(made.id) == made
    assert (await office.client.files.content(made.id)).content == content
    deleted = await office.client.files.delete(made.id)
    assert (deleted.id, deleted.deleted) == (made.id, True)
    for asking in (office.client.files.retrieve, office.client.files.content, office.client.files.delete):
        with pytest.raises(openai.NotFoundError):
            await asking(made.id)


async def test_an_empty_file_and_one_that_expires(office: Office) -> None:
    made = await office.client.files.create(
        file=("a", b""), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert made.expires_at == made.created_at + 3600
    assert (await office.client.files.content(made.id)).content == b""


async def test_listing(office: Office) -> None:
    assert (await office.client.files.list()).data == []
    ids = [await office.upload(b"x") for _ in range(5)]
    assert [file.id async for file in office.client.files.list(limit=2)] == ids[::-1]
    assert [file.id async for file in office.client.files.list(limit=2, order="asc", purpose="batch")] == ids
    assert (await office.client.files.list(purpose="batch_output")).data == []
    for query in ("limit=0", "limit=10001", "limit=-1", "order=up"):
        assert (await office.server.ask("GET", f"/v1/files?{query}")).status == 400
    assert (await office.server.ask("GET", "/v1/files?after=file-unknown")).status == 404


async def test_a_file_of_another_tenant_is_none(office: Office) -> None:
    id_ = await office.upload(b"ours")
    theirs = office.sdk(await office.key(f"{office.tenant}-b"))
    below = office.sdk(await office.key(terms=Terms(clearance=PrivacyClass.INTERNAL)))
    said = set()
    for client in (theirs, below):
        for asked in (id_, "file-000000000000000000000000"):
            for asking in (client.files.retrieve, client.files.content, client.files.delete):
                with pytest.raises(openai.NotFoundError) as refused:
                    await asking(asked)
                said.add(str(refused.value.body).replace(asked, "…"))
        assert (await client.files.list()).data == []
    assert len(said) == 1
    assert (await office.client.files.content(id_)).content == b"ours"


async def test_one_too_large_is_refused_and_leaves_nothing(office: Office) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        await office.upload(bytes(2 * MIB + 1))
    assert refused.value.status_code == 413
    with pytest.raises(openai.APIStatusError) as refused:
        await office.upload(bytes(3 * MIB))
    assert refused.value.status_code == 413
    assert (await office.client.files.list()).data == []


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"purpose": "assistants"}, "purpose"),
        ({"purpose": None}, "purpose"),
        ({"file": None}, "file"),
        ({"expires_after[anchor]": "created_at"}, "expires_after"),
        ({"expires_after[anchor]": "x", "expires_after[seconds]": "3600"}, "expires_after"),
        ({"expires_after[anchor]": "created_at", "expires_after[seconds]": "60"}, "expires_after[seconds]"),
        ({"purpose": "x" * 2000}, "purpose"),
        ({"other": "x"}, None),
    ],
)
async def test_what_is_wrong_with_a_form_is_said(office: Office, fields: dict[str, Any], param: str | None) -> None:
    reply = await send(office, {"file": b"x", "purpose": "batch"} | fields)
    assert (reply.status, reply.json["error"]["param"]) == (400, param)
    assert (await office.client.files.list()).data == []


async def test_a_form_with_a_part_twice_is_refused(office: Office) -> None:
    one = part("file", b"x") + part("purpose", "batch")
    assert (await post(office, one + part("file", b"y"))).status == 400
    assert (await post(office, one + part("purpose", "batch"))).status == 400
    assert (await post(office, one)).status == 200


async def test_what_is_no_form_is_refused(office: Office) -> None:
    assert (await office.server.ask("POST", "/v1/files", {"purpose": "batch"})).status == 415
    plain = await office.server.ask("POST", "/v1/files", b"x", content_type="multipart/form-data")
    assert plain.status == 400
    # a form is read at this one path only
    form = part("file", b"x")
    other = await office.server.ask("POST", "/v1/batches", form, content_type="multipart/form-data; boundary=b")
    assert other.status == 415
    compressed = await office.server.ask(
        "POST", "/v1/files", form, content_type="multipart/form-data; boundary=b", content_encoding="gzip"
    )
    assert compressed.status == 415


async def test_who_hangs_up_leaves_nothing(office: Office) -> None:
    head = (
        f"POST /v1/files HTTP/1.1\r\nhost: 127.0.0.1:{office.server.port}\r\nauthorization: Bearer {office.server.key}"
        "\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 1900000\r\n\r\n"
    )
    async with office.server.connection() as (_, writer):
        writer.write(head.encode() + part("file", bytes(1_500_000)))
        await writer.drain()
        async with asyncio.timeout(10):
            while not await parts_of(office):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    async with asyncio.timeout(10):
        while await parts_of(office):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_file_that_does_not_open_is_told_before_the_first_byte(office: Office) -> None:
    id_ = await office.upload(b"x")
    async with office.keys.database.owner() as connection:
        await connection.execute("UPDATE file_parts SET sealed = '\\x0011' WHERE file_id = %s", (id_,))
    reply = await office.server.ask("GET", f"/v1/files/{id_}/content")
    assert (reply.status, reply.code) == (503, "unavailable")


async def send(office: Office, fields: dict[str, Any]) -> Any:
    said = b"".join(part(name, value) for name, value in fields.items() if value is not None)
    return await post(office, said)


async def post(office: Office, said: bytes) -> Any:
    return await office.server.ask(
        "POST", "/v1/files", said + b"--b--\r\n", content_type="multipart/form-data; boundary=b"
    )


def part(name: str, value: str | bytes) -> bytes:
    file = '; filename="a.jsonl"' if isinstance(value, bytes) else ""
    content = value if isinstance(value, bytes) else value.encode()
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


async def parts_of(office: Office) -> int:
    async with office.keys.database.tenant(office.tenant) as connection:
        row = await (await connection.execute("SELECT count(*) FROM file_parts")).fetchone()
    return int(row[0]) if row else 0
