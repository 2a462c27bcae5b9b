"""Files over the real database: whole or not at all, sealed, of one tenant, until they expire."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestibule.core.errors import NotFound, TooLarge
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.files import LIFE, File, FileErasure, FileStore, Purpose
from vestibule.files.store import FILES_OF_TENANT, PART_BYTES
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.storage.sealing import Unreadable

RESTRICTED = PrivacyClass.RESTRICTED


@pytest.fixture
def store(database: Database, storage_home: Path) -> FileStore:
    return FileStore(database, TenantKeys(database, storage_home), 3 * PART_BYTES)


async def keep(
    store: FileStore,
    tenant: str,
    content: bytes,
    name: str = "a.jsonl",
    purpose: Purpose = "batch",
    level: PrivacyClass = RESTRICTED,
    life: timedelta = LIFE,
) -> File:
    async with store.writing(tenant) as writing:
        for at in range(0, len(content), 700_000):
            await writing.write(content[at : at + 700_000])
        return await writing.finish(name, purpose, level, life)


async def content(store: FileStore, tenant: str, file: File) -> bytes:
    return b"".join([part async for part in store.read(tenant, file)])


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 17])
async def test_what_was_written_is_read(store: FileStore, tenant: str, size: int) -> None:
    written = bytes(i % 251 for i in range(size))
    file = await keep(store, tenant, written, "Große Liste.jsonl")
    assert await content(store, tenant, file) == written
    assert await store.get(tenant, file.id, RESTRICTED) == file
    assert (file.bytes, file.name, file.expires_at - file.created_at) == (size, "Große Liste.jsonl", LIFE)


async def test_nothing_of_it_lies_open_in_the_database(store: FileStore, database: Database, tenant: str) -> None:
    await keep(store, tenant, b"the alarm code is 4711" * 1000, "Ada Berg.jsonl")
    async with database.tenant(tenant) as connection:
        rows = await (await connection.execute("SELECT f::text, p::text FROM files f, file_parts p")).fetchall()
    for plain in (b"the alarm code", b"Ada Berg"):
        assert plain.hex() not in str(rows)
        assert plain.decode() not in str(rows)


async def test_a_file_too_large_leaves_nothing_behind(store: FileStore, database: Database, tenant: str) -> None:
    with pytest.raises(TooLarge, match="3 MiB"):
        await keep(store, tenant, bytes(3 * PART_BYTES + 1))
    assert await parts_of(database, tenant) == 0
    assert (await store.page(tenant, RESTRICTED)).files == []


async def test_who_breaks_off_leaves_nothing_behind(store: FileStore, database: Database, tenant: str) -> None:
    async def break_off() -> None:
        async with store.writing(tenant) as writing:
            await writing.write(bytes(2 * PART_BYTES))
            assert await parts_of(database, tenant) == 2
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await break_off()
    assert await parts_of(database, tenant) == 0


async def test_a_tenant_has_its_share_of_the_disk_and_no_more(
    database: Database, storage_home: Path, tenant: str
) -> None:
    store = FileStore(database, TenantKeys(database, storage_home), 10)
    files = [await keep(store, tenant, bytes(10)) for _ in range(FILES_OF_TENANT)]
    with pytest.raises(TooLarge, match="no room"):
        await keep(store, tenant, b"")
    await store.delete(tenant, files[0].id, RESTRICTED)
    await keep(store, tenant, b"")


async def test_files_are_their_tenants(store: FileStore, database: Database, tenant: str) -> None:
    file = await keep(store, tenant, b"ours")
    said = set()
    for id_ in (file.id, "file-000000000000000000000000", "x" * 200, "\x00"):
        with pytest.raises(NotFound) as refused:
            await store.get("another", id_, RESTRICTED)
        said.add(str(refused.value).replace(id_[:128], "…"))
        with pytest.raises(NotFound):
            await store.delete("another", id_, RESTRICTED)
    assert len(said) == 1
    assert [part async for part in store.read("another", without_parts(file))] == []
    assert (await store.page("another", RESTRICTED)).files == []
    assert await content(store, tenant, file) == b"ours"


def without_parts(file: File) -> File:
    """The same with no parts: what another tenant could make of an id."""
    return File(file.id, file.purpose, file.name, 0, file.level, file.created_at, file.expires_at, 0)


async def test_a_row_moved_or_exchanged_does_not_open(store: FileStore, database: Database, tenant: str) -> None:
    first = await keep(store, tenant, b"a" * 10)
    second = await keep(store, tenant, b"b" * 10)
    async with database.owner() as connection:
        await connection.execute(
            "UPDATE file_parts SET sealed = (SELECT sealed FROM file_parts WHERE tenant = %s AND file_id = %s)"
            " WHERE tenant = %s AND file_id = %s",
            (tenant, second.id, tenant, first.id),
        )
        await connection.execute("UPDATE files SET level = 0 WHERE tenant = %s AND id = %s", (tenant, second.id))
    with pytest.raises(Unreadable):
        await content(store, tenant, first)
    with pytest.raises(Unreadable, match="files"):
        await store.get(tenant, second.id, PrivacyClass.PUBLIC)


async def test_a_file_above_a_callers_clearance_is_none(store: FileStore, tenant: str) -> None:
    file = await keep(store, tenant, b"", level=PrivacyClass.CONFIDENTIAL)
    with pytest.raises(NotFound):
        await store.get(tenant, file.id, PrivacyClass.INTERNAL)
    with pytest.raises(NotFound):
        await store.delete(tenant, file.id, PrivacyClass.INTERNAL)
    assert (await store.page(tenant, PrivacyClass.INTERNAL)).files == []
    assert (await store.get(tenant, file.id, PrivacyClass.CONFIDENTIAL)).id == file.id


async def test_pages(store: FileStore, tenant: str) -> None:
    made = [await keep(store, tenant, b"", purpose="batch_output" if n == 2 else "batch") for n in range(5)]
    ids = [file.id for file in made]

    async def walk(*, newest_first: bool) -> list[str]:
        seen: list[str] = []
        while True:
            page = await store.page(
                tenant, RESTRICTED, after=seen[-1] if seen else None, limit=2, newest_first=newest_first
            )
            seen += [file.id for file in page.files]
            if not page.has_more:
                return seen

    assert await walk(newest_first=True) == ids[::-1]
    assert await walk(newest_first=False) == ids
    only = await store.page(tenant, RESTRICTED, purpose="batch_output")
    assert [file.id for file in only.files] == [ids[2]]
    with pytest.raises(NotFound):
        await store.page(tenant, RESTRICTED, after="file-unknown")


async def test_what_has_expired_is_not_there_and_then_goes(store: FileStore, database: Database, tenant: str) -> None:
    gone = await keep(store, tenant, b"x", life=timedelta(seconds=-1))
    stays = await keep(store, tenant, b"y")
    with pytest.raises(NotFound):
        await store.get(tenant, gone.id, RESTRICTED)
    now = datetime.now(UTC)
    assert await store.expire(now) >= 1
    assert await store.ids(tenant) == [stays.id]
    await store.expire(now + timedelta(days=1, minutes=1))
    assert await parts_of(database, tenant) == 1
    assert await content(store, tenant, stays) == b"y"


async def test_one_deleted_while_it_is_read_is_said_to_be_gone(store: FileStore, tenant: str) -> None:
    file = await keep(store, tenant, bytes(PART_BYTES + 1))
    reading = store.read(tenant, file)
    await anext(reading)
    await store.delete(tenant, file.id, RESTRICTED)
    with pytest.raises(NotFound):
        await anext(reading)


async def test_forgetting_a_person_and_a_tenant(store: FileStore, tenant: str) -> None:
    erasure = FileErasure(store)
    named = [
        await keep(store, tenant, b'{"a": "Call Anna Berg."}\n{}'),
        await keep(store, tenant, b'{"a": "Call Anna\\nB\\u0065rg."}\n'),
        await keep(store, tenant, b"", "Berg, Anna.jsonl"),
        await keep(store, tenant, b" " * (PART_BYTES - 4) + b"Anna Berg"),
    ]
    stays = await keep(store, tenant, b'{"a": "Annabergs pump \\\\ x", "b": [1, {"c": null}]}\n\\ no JSON')
    anna = Subject(tenant, "Anna Berg")
    assert await erasure.count(anna) == 4
    assert await erasure.erase(anna) == 4
    assert await store.ids(tenant) == [stays.id]
    assert named[0].id != stays.id
    assert await erasure.erase(Subject("another")) == 0
    assert await erasure.erase(Subject(tenant)) == 1
    assert await store.ids(tenant) == []


async def test_what_does_not_open_any_more_is_forgotten_with_whoever_it_may_name(
    store: FileStore, database: Database, storage_home: Path, tenant: str
) -> None:
    await keep(store, tenant, b"x")
    await TenantKeys(database, storage_home).erase(tenant)
    async with database.owner() as connection:
        await connection.execute("UPDATE files SET name = '\\x00' WHERE tenant = %s", (tenant,))
    assert await FileErasure(store).erase(Subject(tenant, "Anna Berg")) == 1


async def parts_of(database: Database, tenant: str) -> int:
    async with database.tenant(tenant) as connection:
        row = await (await connection.execute("SELECT count(*) FROM file_parts")).fetchone()
    return int(row[0]) if row else -1
