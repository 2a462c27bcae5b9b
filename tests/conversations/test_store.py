"""Stored responses in a real database: sealed, chained, seen by whom they may be seen, gone when they should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from vestibule.conversations import ResponseErasure, ResponseStore, StoredResponse
from vestibule.conversations.store import LONGEST_CHAIN
from vestibule.core.errors import NotFound, TooLarge
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.storage.sealing import Unreadable

SAID = b'{"text": "The tenant of room 4 is Ada\\nLovelace"}'
TOMORROW = datetime.now(UTC) + timedelta(days=1)
INTERNAL, RESTRICTED = PrivacyClass.INTERNAL, PrivacyClass.RESTRICTED


@pytest.fixture
def keys(database: Database, storage_home: Path) -> TenantKeys:
    return TenantKeys(database, storage_home)


@pytest.fixture
def store(database: Database, keys: TenantKeys) -> ResponseStore:
    return ResponseStore(database, keys)


def said(previous: str | None = None, level: PrivacyClass = INTERNAL, content: bytes = SAID) -> StoredResponse:
    return StoredResponse(f"resp_{uuid4().hex}", level, content, previous)


async def kept(store: ResponseStore, tenant: str, response: StoredResponse) -> StoredResponse:
    await store.keep(tenant, response, TOMORROW)
    return response


@pytest.mark.parametrize("content", [SAID, SAID * 10_000])
async def test_what_is_kept_comes_back(store: ResponseStore, tenant: str, content: bytes) -> None:
    one = await kept(store, tenant, said(content=content))
    assert await store.take(tenant, one.id, INTERNAL) == one
    assert await store.conversation(tenant, one.id, INTERNAL) == [one]


async def test_nothing_of_it_can_be_read_in_the_database(store: ResponseStore, database: Database, tenant: str) -> None:
    one = await kept(store, tenant, said())
    async with database.owner() as connection:
        row = await (await connection.execute("SELECT * FROM responses WHERE id = %s", [one.id])).fetchone()
    assert row is not None
    assert b"Ada" not in b"".join(bytes(part) if isinstance(part, bytes) else str(part).encode() for part in row)


async def test_another_tenant_is_told_the_same_as_of_none(store: ResponseStore, tenant: str) -> None:
    one = await kept(store, tenant, said())
    for ask in (store.take, store.conversation):
        with pytest.raises(NotFound) as foreign:
            await ask("another", one.id, RESTRICTED)
        assert foreign.value.message == f"The response `{one.id}` does not exist here, or not any longer."
    with pytest.raises(NotFound):
        await store.delete("another", one.id, RESTRICTED)
    assert await store.take(tenant, one.id, RESTRICTED) == one


@pytest.mark.parametrize("id_", ["resp_unknown", "", "a\0b", "ü", "x" * 129])
async def test_ids_that_are_none(store: ResponseStore, tenant: str, id_: str) -> None:
    for ask in (store.take, store.conversation, store.delete):
        with pytest.raises(NotFound):
            await ask(tenant, id_, RESTRICTED)


async def test_a_conversation_is_told_from_its_beginning(store: ResponseStore, tenant: str) -> None:
    first = await kept(store, tenant, said(content=b'"first"'))
    second = await kept(store, tenant, said(first.id, content=b'"second"'))
    third = await kept(store, tenant, said(second.id, content=b'"third"'))
    assert await store.conversation(tenant, third.id, INTERNAL) == [first, second, third]
    assert await store.conversation(tenant, second.id, INTERNAL) == [first, second]


async def test_what_goes_on_from_something_forgotten_cannot_go_on(store: ResponseStore, tenant: str) -> None:
    first = await kept(store, tenant, said())
    second = await kept(store, tenant, said(first.id))
    await store.delete(tenant, first.id, INTERNAL)
    with pytest.raises(NotFound, match="deleted or has expired"):
        await store.conversation(tenant, second.id, INTERNAL)
    assert await store.take(tenant, second.id, INTERNAL) == second


async def test_a_class_above_the_clearance_is_not_there(store: ResponseStore, tenant: str) -> None:
    first = await kept(store, tenant, said(level=RESTRICTED))
    second = await kept(store, tenant, said(first.id))
    with pytest.raises(NotFound):
        await store.take(tenant, first.id, INTERNAL)
    with pytest.raises(NotFound):
        await store.conversation(tenant, second.id, INTERNAL)
    with pytest.raises(NotFound):
        await store.delete(tenant, first.id, INTERNAL)
    assert len(await store.conversation(tenant, second.id, RESTRICTED)) == 2


async def test_a_conversation_has_an_end(store: ResponseStore, database: Database, tenant: str) -> None:
    first = await kept(store, tenant, said())
    async with database.tenant(tenant) as connection:
        for at in range(LONGEST_CHAIN):
            previous = first.id if at == 0 else f"{first.id}-{at - 1}"
            await connection.execute(
                "INSERT INTO responses (tenant, id, previous, level, created_at, expires_at, sealed)"
                " SELECT tenant, %s, %s, level, created_at, expires_at, sealed FROM responses WHERE id = %s",
                [f"{first.id}-{at}", previous, first.id],
            )
    with pytest.raises(TooLarge, match="Begin a new one"):
        await store.conversation(tenant, f"{first.id}-{LONGEST_CHAIN - 1}", INTERNAL)


async def test_a_conversation_is_of_a_size_that_can_be_held(
    store: ResponseStore, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vestibule.conversations.store.LARGEST_CHAIN", 150)
    first = await kept(store, tenant, said(content=b"x" * 100))
    second = await kept(store, tenant, said(first.id, content=b"x" * 100))
    assert len(await store.conversation(tenant, first.id, INTERNAL)) == 1
    with pytest.raises(TooLarge):
        await store.conversation(tenant, second.id, INTERNAL)


@pytest.mark.parametrize(
    "change",
    ["level = 0", "expires_at = expires_at + interval '1 day'", "previous = 'resp_other'", "sealed = '\\x00'"],
)
async def test_a_row_that_was_altered_does_not_open(
    store: ResponseStore, database: Database, tenant: str, change: str
) -> None:
    one = await kept(store, tenant, said())
    async with database.owner() as connection:
        await connection.execute(f"UPDATE responses SET {change} WHERE id = %s".encode(), [one.id])
    with pytest.raises(Unreadable):
        await store.take(tenant, one.id, INTERNAL)


async def test_what_has_expired_is_not_there_and_goes(store: ResponseStore, database: Database, tenant: str) -> None:
    old, new = said(), await kept(store, tenant, said())
    await store.keep(tenant, old, datetime.now(UTC) - timedelta(seconds=1))
    for ask in (store.take, store.conversation, store.delete):
        with pytest.raises(NotFound):
            await ask(tenant, old.id, INTERNAL)
    assert await store.expire(datetime.now(UTC)) >= 1
    async with database.owner() as connection:
        rows = await connection.execute("SELECT id FROM responses WHERE tenant = %s", [tenant])
        assert [row[0] for row in await rows.fetchall()] == [new.id]


async def test_an_id_is_given_once(store: ResponseStore, tenant: str) -> None:
    one = await kept(store, tenant, said())
    with pytest.raises(Exception, match="duplicate key"):
        await store.keep(tenant, replace(one, content=b"{}"), TOMORROW)


class TestErasure:
    async def test_of_a_person_takes_what_names_them_across_a_line(
        self, store: ResponseStore, database: Database, tenant: str
    ) -> None:
        named, other = await kept(store, tenant, said()), await kept(store, tenant, said(content=b'["pump", 7]'))
        erasure = ResponseErasure(database, store)
        subject = Subject(tenant, "Ada Lovelace")
        assert await erasure.count(subject) == 1
        assert await erasure.erase(subject) == 1
        with pytest.raises(NotFound):
            await store.take(tenant, named.id, RESTRICTED)
        assert await store.take(tenant, other.id, RESTRICTED) == other

    async def test_of_a_tenant_takes_all_of_it_and_nothing_else(
        self, store: ResponseStore, database: Database, tenant: str
    ) -> None:
        foreign = await kept(store, f"{tenant}-2", said())
        await kept(store, tenant, said())
        erasure = ResponseErasure(database, store)
        assert await erasure.erase(Subject(tenant)) == 1
        assert await erasure.count(Subject(tenant)) == 0
        assert await store.take(f"{tenant}-2", foreign.id, INTERNAL) == foreign

    async def test_what_does_not_open_any_more_goes_with_any_person(
        self, store: ResponseStore, database: Database, keys: TenantKeys, tenant: str
    ) -> None:
        await kept(store, tenant, said())
        await keys.erase(tenant)
        assert await ResponseErasure(database, store).erase(Subject(tenant, "Somebody Else")) == 1
