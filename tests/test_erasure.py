"""Forgetting a tenant or a person, over the real database: what was there is gone, what is another's stays."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.privacy.trail import MemoryTrail
from vestibule.access.keys import Keys, digest_of
from vestibule.access.sessions import Sessions
from vestibule.access.terms import Terms
from vestibule.access.users import Users
from vestibule.batches import BatchStore
from vestibule.buildings import BuildingData
from vestibule.caching.exact import CacheKey, ExactCache
from vestibule.conversations import ResponseStore, StoredResponse
from vestibule.core.answer import (
    CacheReport,
    Citation,
    Completed,
    CostReport,
    PrivacyReport,
    QualityReport,
    Report,
    RouteReport,
    Usage,
)
from vestibule.core.caller import Caller
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable
from vestibule.core.ports import Erasable, Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.erasure import Erasure, durable_parts
from vestibule.files import FileStore
from vestibule.knowledge.index import Indexer, LexicalIndex
from vestibule.monitoring.erasure import RequestRecords
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.vault import Vault
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database

ANNA = "Anna Lindqvistová"


class House:
    """A tenant with something of everything, beside another that must not lose anything."""

    def __init__(self, database: Database, home: Path, tenant: str) -> None:
        self.database, self.home, self.tenant = database, home, tenant
        self.other = f"other-{uuid4().hex[:12]}"
        self.keys = TenantKeys(database, home)
        self.vault = Vault(database, self.keys)
        self.trail = MemoryTrail()

    def erasure(self, *more: Erasable) -> Erasure:
        parts = [*durable_parts(self.database, self.home, self.keys), *more]
        return Erasure(parts, self.trail, PolicyStore())

    async def furnish(self, tenant: str) -> None:
        expires_at = datetime.now(UTC) + timedelta(days=1)
        await self.keys.get(tenant, "audit")
        await self.vault.keep(tenant, "resp-1", Pseudonyms({"PERSON_1": ANNA}), expires_at)
        await self.vault.keep(tenant, "resp-2", Pseudonyms({"PERSON_1": "Bo"}), expires_at)
        responses = ResponseStore(self.database, self.keys)
        for name, said in (("resp-1", ANNA), ("resp-2", "Bo")):
            content = json.dumps({"text": f"{said} has the keys."}).encode()
            await responses.keep(tenant, StoredResponse(name, PrivacyClass.INTERNAL, content), expires_at)
        files, batches = FileStore(self.database, self.keys, 2**20), BatchStore(self.database, self.keys)
        for said in (ANNA, "Bo"):
            async with files.writing(tenant) as writing:
                await writing.write(json.dumps({"text": f"{said} has the keys."}).encode())
                file = await writing.finish("in.jsonl", "batch", PrivacyClass.INTERNAL)
            owner = Caller(tenant, "k")
            await batches.create(owner, "/v1/embeddings", file.id, timedelta(days=1), {"for": said})
        await self.document(tenant, "contacts.md", f"Call {ANNA} about the chiller.")
        await self.document(tenant, "lindqvistová, anna.md", "The rota.")
        await self.document(tenant, "manual.md", "Anna's Lindqvistován pump is not a person.")
        async with self.database.tenant(tenant) as connection:
            await connection.execute(
                "INSERT INTO portfolios (tenant, definition, source, version) VALUES (%s, '{}', 'x', 5)", [tenant]
            )
            await connection.execute(
                "INSERT INTO readings SELECT %s, 'm', now() - n * interval '1 hour', 1 FROM generate_series(1, 9) n",
                [tenant],
            )
            await connection.execute("INSERT INTO weather VALUES (%s, now(), 20)", [tenant])
            await connection.execute(
                "INSERT INTO requests (id, tenant, key_id, started_at, duration_ms, model, outcome)"
                " VALUES (%s, %s, 'k', now(), 1, 'auto', 'answered')",
                [uuid4().hex, tenant],
            )

    async def document(self, tenant: str, path: str, text: str) -> None:
        document, vector = f"doc_{uuid4().hex}", json.dumps([0.05] * 384)
        async with self.database.tenant(tenant) as connection:
            await connection.execute(
                "INSERT INTO documents (id, tenant, path) VALUES (%s, %s, %s)", [document, tenant, path]
            )
            cursor = await connection.execute(
                "INSERT INTO document_versions (tenant, document_id, state, sha256, content, bytes)"
                " VALUES (%s, %s, 'live', sha256('x'), 'x', 1) RETURNING id",
                [tenant, document],
            )
            row = await cursor.fetchone()
            assert row
            await connection.execute(
                "INSERT INTO chunks (id, tenant, document_id, version_id, ordinal, title, locator, context, text,"
                " start_offset, end_offset, level, embedding) VALUES (%s, %s, %s, %s, 0, '', '', '', %s, 0, 1, 1, %s)",
                [f"chunk_{uuid4().hex}", tenant, document, row[0], text, vector],
            )

    async def counts(self, tenant: str) -> dict[str, int]:
        tables = (
            "documents",
            "document_versions",
            "chunks",
            "readings",
            "weather",
            "requests",
            "pseudonym_vault",
            "responses",
            "files",
            "file_parts",
            "batches",
        )
        async with self.database.tenant(tenant) as connection:
            rows = {}
            for table in tables:
                row = await (await connection.execute(f"SELECT count(*) FROM {table}")).fetchone()
                rows[table] = int(row[0]) if row else 0
        return rows

    async def paths(self, tenant: str) -> list[str]:
        async with self.database.tenant(tenant) as connection:
            return [str(row[0]) async for row in await connection.execute("SELECT path FROM documents ORDER BY path")]


@pytest.fixture
async def house(database: Database, tmp_path: Path, storage_home: Path, tenant: str) -> AsyncIterator[House]:
    made = House(database, tmp_path, tenant)
    made.keys = TenantKeys(database, storage_home)  # the tests of a run share one database, so one master key
    made.vault = Vault(database, made.keys)
    await made.furnish(made.tenant)
    await made.furnish(made.other)
    yield made
    for name in (made.tenant, made.other):
        async with database.tenant(name) as connection:
            await connection.execute("DELETE FROM documents")


FURNISHED = {
    "documents": 3,
    "document_versions": 3,
    "chunks": 3,
    "readings": 9,
    "weather": 1,
    "requests": 1,
    "pseudonym_vault": 2,
    "responses": 2,
    "files": 2,
    "file_parts": 2,
    "batches": 2,
}


async def test_a_tenant_is_forgotten_everywhere_and_nobody_else(house: House) -> None:
    buildings = BuildingData(house.database)
    index = LexicalIndex(house.home / "index")
    indexer = Indexer(house.database, index, house.home / "index")
    async with indexer.alone():
        await indexer.rewrite()
    assert len(index.search(house.tenant, "chiller", (), 9)) == 1
    key = await house.keys.get(house.tenant, "audit")

    report = await house.erasure().erase(Subject(house.tenant), "key-1")

    assert {part.name: (part.found, part.erased) for part in report.parts} == {
        "sealed pseudonyms": (2, 2),
        "stored responses": (2, 2),
        "batches": (2, 2),
        "files": (2, 2),
        "keys of audit digests and sealed data": (5, 5),
        "documents": (3, 3),
        "building data (rows)": (11, 11),
        "request records": (1, 1),
        "console sessions": (0, 0),
        "users": (0, 0),
    }
    assert set((await house.counts(house.tenant)).values()) == {0}
    assert await house.counts(house.other) == FURNISHED
    assert await house.keys.get(house.tenant, "audit") != key
    assert index.search(house.tenant, "chiller", (), 9) == []
    assert len(index.search(house.other, "chiller", (), 9)) == 1
    assert (await buildings.version(house.tenant), await buildings.imported(house.tenant)) == (6, "")
    assert (await buildings.portfolio(house.tenant)).buildings == ()


async def test_an_erasure_is_on_record_before_anything_goes_and_names_nobody(house: House) -> None:
    house.trail.away = True
    with pytest.raises(Unavailable):
        await house.erasure().erase(Subject(house.tenant), "key-1")
    assert await house.counts(house.tenant) == FURNISHED
    house.trail.away = False
    report = await house.erasure().erase(Subject(house.tenant, ANNA, documents=True), "key-1")
    decision = house.trail.decisions[0]
    assert (decision.action, decision.who, decision.tenant, report.audit_id) == (
        "erased",
        "key-1",
        house.tenant,
        "audit-1",
    )
    assert decision.reasons == ("erasure of a person, with documents",)
    assert "Anna" not in repr(decision)


async def test_what_names_a_person_is_found_and_documents_go_only_if_asked_for(house: House) -> None:
    preview = await house.erasure().preview(Subject(house.tenant, "anna  LINDQVISTOVÁ"))
    assert {part.name: part.found for part in preview.parts if part.found} == {
        "sealed pseudonyms": 1,
        "stored responses": 1,
        "batches": 1,
        "files": 1,
        "documents": 2,
    }
    assert sum(part.erased for part in preview.parts) == 0
    assert house.trail.decisions == []

    kept = await house.erasure().erase(Subject(house.tenant, ANNA), "key-1")
    assert [(p.found, p.erased) for p in kept.parts if p.name == "documents"] == [(2, 0)]
    assert len(await house.paths(house.tenant)) == 3
    with pytest.raises(NotFound):
        await house.vault.take(house.tenant, "resp-1")
    assert (await house.vault.take(house.tenant, "resp-2")).originals == {"PERSON_1": "Bo"}

    await house.erasure().erase(Subject(house.tenant, ANNA, documents=True), "key-1")
    assert await house.paths(house.tenant) == ["manual.md"]
    assert await house.counts(house.other) == FURNISHED
    assert (await house.counts(house.tenant))["readings"] == 9


async def test_a_name_is_taken_as_it_is_written(house: House) -> None:
    for name in ("A.n*a [Lind(", ".*", "' OR 1=1 --", "\\"):
        if len(name) < 3:
            continue
        preview = await house.erasure().preview(Subject(house.tenant, name))
        assert sum(part.found for part in preview.parts) == 0


@pytest.mark.parametrize("subject", [Subject(""), Subject("t", ""), Subject("t", " a ")])
async def test_a_subject_that_is_nobody_or_everybody_is_refused(house: House, subject: Subject) -> None:
    with pytest.raises(InvalidRequest):
        await house.erasure().preview(subject)
    with pytest.raises(InvalidRequest):
        await house.erasure().erase(subject, "key-1")


class Failing:
    name = "a part that is away"

    async def count(self, subject: Subject) -> int:
        raise Unavailable("It is away.")

    async def erase(self, subject: Subject) -> int:
        raise Unavailable("It is away.")


async def test_a_part_that_fails_is_named_and_the_others_forget(house: House) -> None:
    erasure = Erasure([Failing(), RequestRecords(house.database)], house.trail, PolicyStore())
    with pytest.raises(Unavailable, match=r"a part that is away \(It is away.\)"):
        await erasure.erase(Subject(house.tenant), "key-1")
    assert (await house.counts(house.tenant))["requests"] == 0


async def test_an_index_that_another_process_writes_is_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vestibule.knowledge.erasure.PAUSE_S", 0.01)
    folder = house.home / "index"
    other = Indexer(house.database, LexicalIndex(folder), folder)
    async with other.alone():
        with pytest.raises(Unavailable, match="index is being written by another process"):
            await house.erasure().erase(Subject(house.tenant), "key-1")
    report = await house.erasure().erase(Subject(house.tenant), "key-1")
    assert {part.found for part in report.parts} == {0}


async def test_old_request_records_go(house: House) -> None:
    records = RequestRecords(house.database)
    await records.expire(datetime.now(UTC) - timedelta(days=1))
    assert (await house.counts(house.tenant))["requests"] == 1
    async with house.database.tenant(house.tenant) as connection:
        await connection.execute("UPDATE requests SET started_at = now() - interval '400 days'")
    assert await records.expire(datetime.now(UTC) - timedelta(days=390)) >= 1
    assert (await house.counts(house.tenant))["requests"] == 0


def answer(text: str, quote: str = "") -> Completed:
    report = Report(
        id="a",
        privacy=PrivacyReport("internal"),
        route=RouteReport("m", "p", "home", "r"),
        citations=(Citation(1, "d", "t", "l", quote),),
        quality=QualityReport(),
        cost=CostReport(),
        cache=CacheReport("miss"),
        timings_ms={},
    )
    return Completed("a", 1, "m", text, "stop", Usage(), report)


async def test_cached_answers_are_forgotten() -> None:
    cache, level = ExactCache(), PrivacyClass.INTERNAL
    kept = {
        CacheKey("t", level, b"1"): answer(f"Ask {ANNA}."),
        CacheKey("t", level, b"2"): answer("Ask her.", "Lindqvistová, Anna: 12"),
        CacheKey("t", level, b"3"): answer("Ask Annabel."),
        CacheKey("u", level, b"4"): answer(f"Ask {ANNA}."),
    }
    for key, said in kept.items():
        cache.put(key, said, level)

    def there() -> list[bytes]:
        return [key.digest for key in kept if cache.get(key, cleared_for=level)]

    assert await cache.count(Subject("t", ANNA)) == 2
    assert await cache.erase(Subject("t", ANNA)) == 2
    assert there() == [b"3", b"4"]
    assert await cache.erase(Subject("t")) == 1
    assert there() == [b"4"]


async def test_sessions_and_users_of_a_tenant_go(database: Database, tenant: str) -> None:
    keys, sessions, users = Keys(database), Sessions(database), Users(database)
    other = f"{tenant}-2"
    open_sessions = []
    for whose in (tenant, other):
        issued = await keys.create(whose, ["inference"])
        open_sessions.append(await sessions.open(Caller(whose, issued.key.id)))
    anna = await users.create(tenant, ANNA, "operator")
    hers = await keys.create(tenant, ["inference"], terms=Terms(user=anna.id))
    bo = await users.create(tenant, "Bo", "viewer")
    assert (await sessions.count(Subject(tenant)), await sessions.erase(Subject(tenant, "Anna"))) == (1, 0)
    assert await sessions.erase(Subject(tenant)) == 1
    found = [await sessions.find(digest_of(name)) for name in open_sessions]
    assert [grant.caller.tenant for grant in found if grant] == [other]

    assert (await users.count(Subject(tenant, ANNA)), await users.erase(Subject(tenant, ANNA))) == (1, 1)
    assert [user.id for user in await users.list(tenant)] == [bo.id]
    assert await keys.find(digest_of(hers.token)) is None
    assert await users.erase(Subject(tenant)) == 1
