"""The second wall: what the role of requests sees of any table, read from the database's own catalogue.

A table that is added without a policy, or a column `tenant` that nobody isolates, fails here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from tests.conftest import home_with_database
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

_TABLES = """
    SELECT c.relname, c.relrowsecurity, has_table_privilege('vestibule_request', c.oid, 'SELECT'),
        has_table_privilege('vestibule_request', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'),
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped),
        (SELECT array_agg(pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p WHERE p.polrelid = c.oid),
        (SELECT array_agg(pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p WHERE p.polrelid = c.oid
            AND p.polcmd IN ('*', 'a', 'w'))
    FROM pg_class c WHERE c.relnamespace = 'vestibule'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v')
"""
_NEEDED = """
    SELECT a.attname, t.typname, a.atttypmod FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef
        AND a.attidentity = '' AND a.attname <> 'tenant'
"""
_REFERENCES = """
    SELECT p.relname, (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = k.conkey[1]),
        (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = k.confkey[1])
    FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid = %s::regclass AND cardinality(k.conkey) = 1 AND p.relname <> 'tenants'
"""
OWN_ROWS = "(tenant = current_setting('vestibule.tenant'::text, true))"
VALUES: dict[str, object] = {
    "bytea": bytes(32),
    "int2": 1,
    "int4": 1,
    "int8": 1,
    "float8": 1.0,
    "numeric": 1,
    "bool": False,
    "timestamptz": "2030-01-01T00:00:00Z",
    "date": "2030-01-01",
    "interval": "1 day",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "jsonb": "{}",
    "_text": "{}",
    "vector": str([1.0] * 384),
}
SAID: dict[tuple[str, str], object] = {}
"""What a column must hold where its table checks it, by table and column."""


class Table(NamedTuple):
    """As the database describes it; `seen` and `written` are the conditions of its policies."""

    name: str
    secured: bool
    read_by_requests: bool
    written_by_requests: bool
    of_tenants: bool
    seen: list[str] | None
    written: list[str] | None


@pytest.fixture(scope="module")
def home_of_its_own() -> Iterator[Path]:
    """The rows planted here mean nothing: nobody else may come upon them."""
    with home_with_database() as home:
        yield home


@pytest.fixture
async def database(home_of_its_own: Path) -> AsyncIterator[Database]:
    database = await Database.open(Settings(home=home_of_its_own))
    yield database
    await database.close()


@pytest.fixture
async def tables(database: Database) -> list[Table]:
    async with database.owner() as connection:
        return [Table(*row) for row in await (await connection.execute(_TABLES)).fetchall()]


async def test_what_requests_may_touch_is_isolated(tables: list[Table]) -> None:
    assert len(tables) >= 15
    for table in tables:
        if not table.read_by_requests and not table.written_by_requests:
            continue
        assert table.of_tenants, f"{table.name}: requests see a table that belongs to no tenant"
        assert table.secured, f"{table.name}: no row-level security"
        assert set(table.seen or ()) == {OWN_ROWS}, f"{table.name}: more is seen than a tenant's own rows"
        if table.written_by_requests:
            assert set(table.written or ()) == {OWN_ROWS}, f"{table.name}: more is written than a tenant's own rows"


async def test_no_row_of_another_tenant_is_seen_changed_or_made(
    database: Database, tenant: str, tables: list[Table]
) -> None:
    theirs = f"{tenant}-other"
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [theirs])
    for table in tables:
        if not table.of_tenants:
            continue
        name = sql.Identifier(table.name)
        if not table.read_by_requests:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with database.tenant(tenant) as connection:
                    await connection.execute(sql.SQL("SELECT 1 FROM {}").format(name))
            continue
        await _plant(database, table.name, theirs)
        async with database.tenant(theirs) as connection:
            cursor = await connection.execute(sql.SQL("SELECT DISTINCT tenant FROM {}").format(name))
            assert await cursor.fetchall() == [(theirs,)], f"{table.name}: its own tenant does not see it"
        async with database.tenant(tenant) as connection:
            cursor = await connection.execute(sql.SQL("SELECT DISTINCT tenant FROM {}").format(name))
            assert await cursor.fetchall() == [], table.name
        if table.written_by_requests:
            async with database.tenant(tenant) as connection:
                cursor = await connection.execute(sql.SQL("UPDATE {} SET tenant = tenant").format(name))
                assert cursor.rowcount == 0, table.name
                cursor = await connection.execute(sql.SQL("DELETE FROM {}").format(name))
                assert cursor.rowcount == 0, table.name


async def test_the_role_of_requests_cannot_rise_above_it(database: Database, tenant: str) -> None:
    async with database.tenant(tenant) as connection:
        cursor = await connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert await cursor.fetchone() == (False, False)
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'vestibule'::regnamespace"
            " AND pg_has_role(current_user, relowner, 'MEMBER')"
        )
        assert await cursor.fetchone() == (0,)


async def _plant(database: Database, table: str, tenant: str) -> dict[str, object]:
    """Make a row of `tenant`, with the rows it refers to; return it."""
    async with database.owner() as connection:
        needed = await (await connection.execute(_NEEDED, [table])).fetchall()
        references = await (await connection.execute(_REFERENCES, [table])).fetchall()
    values: dict[str, object] = {"tenant": tenant}
    for column, kind, _ in needed:
        values[column] = SAID.get((table, column), VALUES.get(kind, f"{tenant}-x"))
    for parent, column, referred in references:
        if column in values and parent != table:
            values[column] = (await _plant(database, parent, tenant))[referred]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    async with database.owner() as connection:
        await connection.execute(statement, list(values.values()))
        of_tenant = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE tenant = %s").format(sql.Identifier(table))
        row = await (await connection.execute(of_tenant, [tenant])).fetchone()
    assert row is not None, f"{table}: no row could be made"
    made: dict[str, object] = row[0]
    return made
