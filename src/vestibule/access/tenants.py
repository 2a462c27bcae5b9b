"""The tenants of the house: made, listed, shut and opened again. A shut one's keys, users and sessions wait with it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from psycopg.rows import TupleRow

from vestibule.access.reach import unknown_tenant
from vestibule.access.terms import checked_name, checked_tenant
from vestibule.core.errors import InvalidRequest
from vestibule.storage.database import Database

_COLUMNS = "id, name, created_at, disabled_at"


class Tenant(msgspec.Struct, frozen=True):
    id: str
    name: str
    created_at: datetime
    disabled_at: datetime | None = None


class Tenants:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: str, name: str = "") -> Tenant:
        """Raise `InvalidRequest` for a bad name, or one that is taken."""
        values = (checked_tenant(tenant), checked_name(name, "tenant"))
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                f"INSERT INTO tenants (id, name) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING {_COLUMNS}", values
            )
            row = await cursor.fetchone()
        if row is None:
            raise InvalidRequest(f"There is a tenant {tenant!r} already.", next_step="Choose another.", param="id")
        return _tenant(row)

    async def list(self) -> list[Tenant]:
        async with self._database.owner() as connection:
            rows = await connection.execute(f"SELECT {_COLUMNS} FROM tenants ORDER BY created_at, id")
            return [_tenant(row) async for row in rows]

    async def get(self, tenant: str) -> Tenant:
        """Raise `NotFound` for one there is not."""
        return await self._one(f"SELECT {_COLUMNS} FROM tenants WHERE id = %(id)s", tenant)

    async def change(self, tenant: str, *, name: str | None = None, disabled: bool | None = None) -> Tenant:
        """Rename, shut or open; None leaves as it is. Raise `NotFound` for a tenant there is not."""
        if name is not None:
            checked_name(name, "tenant")
        changed = await self._one(
            "UPDATE tenants SET name = coalesce(%(name)s, name), disabled_at = CASE WHEN %(disabled)s THEN"
            " coalesce(disabled_at, now()) WHEN %(disabled)s IS NULL THEN disabled_at END"
            f" WHERE id = %(id)s RETURNING {_COLUMNS}",
            tenant,
            name=name,
            disabled=disabled,
        )
        await self._database.changes.settled()
        return changed

    async def _one(self, statement: str, tenant: str, **values: object) -> Tenant:
        row = None
        if tenant.isprintable():
            async with self._database.owner() as connection:
                row = await (await connection.execute(statement, {"id": tenant, **values})).fetchone()
        if row is None:
            raise unknown_tenant(tenant)
        return _tenant(row)


def _tenant(row: TupleRow) -> Tenant:
    return Tenant(*row)
