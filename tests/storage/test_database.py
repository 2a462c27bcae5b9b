"""What rooms see of the database: tenants that cannot see each other, errors with a next step, and recovery."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg.conninfo import make_conninfo
from sqlalchemy import NullPool, create_engine

from tests.storage.conftest import ACCOUNT, keeper, postmaster, wait_gone
from tests.storage.test_server import needs_proc
from vestibule.core.errors import InvalidRequest, StorageFull, Unavailable
from vestibule.core.settings import Settings
from vestibule.storage import schema
from vestibule.storage.database import Database
from vestibule.storage.migrations import isolation
from vestibule.storage.server import EmbeddedServer

OTHER = "somebody-else"


@pytest.fixture
async def table(database: Database, storage_home: Path, request: pytest.FixtureRequest) -> str:
    """A table isolated as migrations do it, empty, of this test's own."""
    name = f"t_{abs(hash(request.node.nodeid))}"
    async with database.owner() as connection:
        await connection.execute(f"CREATE TABLE {name} (tenant text NOT NULL, note text PRIMARY KEY)")
    await asyncio.to_thread(_isolate, storage_home, name)
    return name


def _isolate(home: Path, table: str) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    conninfo = make_conninfo(server.owner_conninfo(), options=schema.SEARCH_PATH)
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        isolation.isolate(table)
    server.close()


async def _insert(database: Database, table: str, tenant: str, note: str, *, acting_for: str = "") -> None:
    async with database.tenant(acting_for or tenant) as connection:
        await connection.execute(f"INSERT INTO {table} VALUES (%s, %s)", [tenant, note])


async def _notes(database: Database, table: str, tenant: str | None) -> list[str]:
    async with database.tenant(tenant) if tenant else database.owner() as connection:
        rows = await connection.execute(f"SELECT note FROM {table} ORDER BY note")
        return [row[0] for row in await rows.fetchall()]


async def test_a_tenant_sees_its_own_rows_only(database: Database, table: str, tenant: str) -> None:
    await _insert(database, table, tenant, "mine")
    await _insert(database, table, OTHER, "theirs")
    assert await _notes(database, table, tenant) == ["mine"]
    assert await _notes(database, table, OTHER) == ["theirs"]
    assert await _notes(database, table, None) == ["mine", "theirs"]


async def test_a_tenant_cannot_touch_another_ones_rows(database: Database, table: str, tenant: str) -> None:
    await _insert(database, table, OTHER, "theirs")
    async with database.tenant(tenant) as connection:
        assert (await connection.execute(f"DELETE FROM {table}")).rowcount == 0
        assert (await connection.execute(f"UPDATE {table} SET note = 'x'")).rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await _insert(database, table, OTHER, "forged", acting_for=tenant)
    assert await _notes(database, table, OTHER) == ["theirs"]


@pytest.mark.parametrize(
    "escape",
    [
        "SET ROLE vestibule_owner",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION vestibule_owner",
        "ALTER ROLE vestibule_request BYPASSRLS",
        "ALTER ROLE vestibule_request SUPERUSER",
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_isolation ON {table}",
        "CREATE TABLE copied (id int)",
        "CREATE TABLE public.copied (id int)",
        "SELECT * FROM tenants",
        "TRUNCATE {table}",
    ],
)
async def test_the_request_role_cannot_get_around_isolation(
    database: Database, table: str, tenant: str, escape: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant(tenant) as connection:
            await connection.execute(escape.format(table=table))


async def test_row_security_off_is_an_error_and_not_a_way_out(database: Database, table: str, tenant: str) -> None:
    await _insert(database, table, OTHER, "theirs")
    async with database.tenant(tenant) as connection:
        await connection.execute("SET LOCAL row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(f"SELECT * FROM {table}")


async def test_the_tenant_is_forgotten_with_its_transaction(database: Database, table: str, tenant: str) -> None:
    for _ in range(12):  # more than the pool has connections: some are used again
        await _insert(database, table, tenant, f"note {_}")
        async with database.tenant(OTHER) as connection:
            rows = await connection.execute(f"SELECT note FROM {table}")
            assert await rows.fetchall() == []


async def test_a_block_that_fails_writes_nothing(database: Database, table: str, tenant: str) -> None:
    async def write_and_fail() -> None:
        async with database.tenant(tenant) as connection:
            await connection.execute(f"INSERT INTO {table} VALUES (%s, 'lost')", [tenant])
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()
    assert await _notes(database, table, tenant) == []


async def test_a_cancelled_block_writes_nothing_and_gives_its_connection_back(
    database: Database, table: str, tenant: str
) -> None:
    async def write_and_wait(written: asyncio.Event) -> None:
        async with database.tenant(tenant) as connection:
            await connection.execute(f"INSERT INTO {table} VALUES (%s, 'lost')", [tenant])
            written.set()
            await asyncio.Event().wait()

    for _ in range(10):  # more than the pool has connections
        written = asyncio.Event()
        task = asyncio.create_task(write_and_wait(written))
        await written.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await _notes(database, table, tenant) == []


async def test_errors_of_a_statement_are_left_as_they_are(database: Database, table: str, tenant: str) -> None:
    await _insert(database, table, tenant, "once")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await _insert(database, table, tenant, "once")


async def test_a_full_disk_is_named(database: Database) -> None:
    with pytest.raises(StorageFull, match="disk"):
        async with database.owner() as connection:
            await connection.execute("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$")


async def test_a_text_with_nul_is_the_callers_mistake(database: Database, table: str, tenant: str) -> None:
    with pytest.raises(InvalidRequest, match=r"NUL.*Leave it out"):
        await _insert(database, table, tenant, "be\0fore")
    assert await _notes(database, table, tenant) == []


async def test_vectors_are_there(database: Database, tenant: str) -> None:
    async with database.tenant(tenant) as connection:
        row = await (await connection.execute("SELECT '[3,4]'::vector <-> '[0,0]'::vector")).fetchone()
    assert row == (5.0,)


async def test_a_tenant_needs_a_name(database: Database) -> None:
    with pytest.raises(ValueError, match="name"):
        async with database.tenant(""):
            pass


@needs_proc
@pytest.mark.parametrize("victim", [postmaster, keeper])
async def test_a_killed_server_is_started_again_by_the_next_use(home: Path, victim: Callable[[Path], int]) -> None:
    database = await Database.open(Settings(home=home))
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES ('kept')")
    for _ in range(2):
        killed = victim(home)
        os.kill(killed, signal.SIGKILL)
        assert wait_gone(killed)
        await asyncio.gather(*(database.ping() for _ in range(20)))
    async with database.owner() as connection:
        assert await (await connection.execute("SELECT id FROM tenants")).fetchall() == [("kept",)]
    await database.close()


@needs_proc
async def test_a_server_killed_within_a_transaction_is_an_error_with_a_next_step(home: Path) -> None:
    database = await Database.open(Settings(home=home))

    async def be_killed() -> None:
        async with database.owner() as connection:
            os.kill(postmaster(home), signal.SIGKILL)
            await connection.execute("SELECT pg_sleep(60)")

    with pytest.raises(Unavailable) as caught:
        await be_killed()
    assert "vestibule doctor" in caught.value.next_step
    await database.ping()
    await database.close()


async def test_processes_that_open_at_once_migrate_once(home: Path) -> None:
    settings = Settings(home=home)
    databases = await asyncio.gather(*(Database.open(settings) for _ in range(5)))
    async with databases[0].owner() as connection:
        versions = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchall()
    assert {str(row[0]) for row in versions} == schema.heads()
    for database in databases:
        await database.close()


async def test_a_database_of_a_newer_vestibule_is_refused(home: Path) -> None:
    settings = Settings(home=home)
    database = await Database.open(settings)
    async with database.owner() as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    with pytest.raises(Unavailable) as caught:
        await Database.open(settings)
    assert "newer" in caught.value.next_step


async def test_more_users_than_connections_wait_their_turn(database: Database, tenant: str) -> None:
    async def use() -> int:
        async with database.tenant(tenant) as connection:
            row = await (await connection.execute("SELECT 1, pg_sleep(0.01)")).fetchone()
        return int(row[0]) if row else 0

    assert await asyncio.gather(*(use() for _ in range(50))) == [1] * 50


async def test_the_last_database_closed_stops_the_server(home: Path) -> None:
    database = await Database.open(Settings(home=home))
    server = postmaster(home)
    await database.close()
    assert wait_gone(server)
    assert EmbeddedServer(home, ACCOUNT).wait_stopped()
    with pytest.raises(Unavailable):
        EmbeddedServer(home, ACCOUNT).owner_conninfo()
