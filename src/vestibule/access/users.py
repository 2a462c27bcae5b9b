"""The people of a tenant and their roles. They hold no password: they come with a key or an identity provider's token.

Knows no token; `oidc` reads those.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec
from psycopg.rows import TupleRow

from vestibule.access.reach import unknown_tenant
from vestibule.access.terms import checked_name
from vestibule.core.caller import ROLES, Role
from vestibule.core.errors import Forbidden, InvalidRequest, NotFound
from vestibule.core.ports import Subject
from vestibule.storage.database import Database

_COLUMNS = "id, tenant, name, role, issuer, subject, created_at, disabled_at"
_THIS = "id = %(id)s AND (tenant = %(tenant)s OR %(tenant)s::text IS NULL)"


class User(msgspec.Struct, frozen=True):
    id: str
    tenant: str
    name: str
    role: Role
    issuer: str | None
    subject: str | None
    created_at: datetime
    disabled_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True):
    """Both None for somebody the tenant lets in without knowing them by name."""

    user: str | None = None
    role: Role | None = None


class Users:
    name = "users"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tenant: str, name: str, role: str, *, issuer: str | None = None, subject: str | None = None
    ) -> User:
        """Raise `NotFound` for a tenant there is not, `InvalidRequest` for a bad name or role or a taken identity."""
        _check_identity(issuer, subject)
        values = {"tenant": tenant, "name": _name(name), "role": _role(role), "issuer": issuer, "subject": subject}
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT 1 FROM tenants WHERE id = %s", (tenant,))
            if not await cursor.fetchone():
                raise unknown_tenant(tenant)
            cursor = await connection.execute(
                "INSERT INTO users (id, tenant, name, role, issuer, subject) VALUES (%(id)s, %(tenant)s, %(name)s,"
                f" %(role)s, %(issuer)s, %(subject)s) ON CONFLICT DO NOTHING RETURNING {_COLUMNS}",
                {"id": f"user_{secrets.token_hex(8)}", **values},
            )
            row = await cursor.fetchone()
        if row is None:
            raise InvalidRequest(
                "Another user comes with this identity.", next_step="`vestibule users list` shows who.", param="subject"
            )
        return _user(row)

    async def list(self, tenant: str | None = None) -> list[User]:
        """Everybody, oldest first; those of one tenant if it is given."""
        async with self._database.owner() as connection:
            rows = await connection.execute(
                f"SELECT {_COLUMNS} FROM users WHERE tenant = %(t)s OR %(t)s::text IS NULL ORDER BY created_at, id",
                {"t": tenant},
            )
            return [_user(row) async for row in rows]

    async def get(self, user: str, tenant: str | None = None) -> User:
        """Raise `NotFound` for somebody there is not, or not at `tenant`."""
        return await self._one(f"SELECT {_COLUMNS} FROM users WHERE {_THIS}", user, tenant)

    async def change(
        self,
        user: str,
        tenant: str | None = None,
        *,
        name: str | None = None,
        role: str | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Rename, give another role, shut out or let in again; None leaves as it is. Raise `NotFound` as `get` does.

        Sessions that were opened with a token end, so that a new role counts at once.
        """
        values = {
            "name": None if name is None else _name(name),
            "role": None if role is None else _role(role),
            "disabled": disabled,
        }
        statement = (
            "UPDATE users SET name = coalesce(%(name)s, name), role = coalesce(%(role)s, role), disabled_at = CASE WHEN"
            " %(disabled)s THEN coalesce(disabled_at, now()) WHEN %(disabled)s IS NULL THEN disabled_at END"
            f" WHERE {_THIS} RETURNING {_COLUMNS}"
        )
        changed = await self._one(statement, user, tenant, **values)
        async with self._database.owner() as connection:
            await connection.execute("DELETE FROM console_sessions WHERE user_id = %s", (user,))
        await self._database.changes.settled()
        return changed

    async def remove(self, user: str, tenant: str | None = None) -> None:
        """Remove somebody with all of their keys and sessions. Raise `NotFound` as `get` does."""
        await self._one(f"DELETE FROM users WHERE {_THIS} RETURNING {_COLUMNS}", user, tenant)
        await self._database.changes.settled()

    async def standing(self, tenant: str, issuer: str, subject: str) -> Standing:
        """How an identity stands with `tenant`. Raise `Forbidden` where there is no such tenant or it is shut, and for
        a user who was shut out."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT t.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL, u.id, u.role FROM tenants t"
                " LEFT JOIN users u ON u.tenant = t.id AND u.issuer = %s AND u.subject = %s WHERE t.id = %s",
                (issuer, subject, tenant),
            )
            row = await cursor.fetchone()
        if row is None or row[0]:
            raise Forbidden(
                "Who this token is for may not use this server.",
                next_step="Ask an administrator: the tenant is unknown here or shut, or the user was shut out.",
            )
        return Standing(row[1], row[2])

    async def count(self, subject: Subject) -> int:
        async with self._database.owner() as connection:
            row = await (await connection.execute(f"SELECT count(*) FROM users WHERE {_OF}", _of(subject))).fetchone()
        return int(row[0]) if row else 0

    async def erase(self, subject: Subject) -> int:
        async with self._database.owner() as connection:
            return (await connection.execute(f"DELETE FROM users WHERE {_OF}", _of(subject))).rowcount

    async def _one(self, statement: str, user: str, tenant: str | None, **values: object) -> User:
        row = None
        if user.isprintable():
            async with self._database.owner() as connection:
                cursor = await connection.execute(statement, {"id": user, "tenant": tenant, **values})
                row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"There is no user {user[:40]!r}.", next_step="`vestibule users list` shows the ids.")
        return _user(row)


_OF = "tenant = %(tenant)s AND (%(naming)s::text IS NULL OR name ~* %(naming)s OR subject ~* %(naming)s)"


def _of(subject: Subject) -> dict[str, str | None]:
    return {"tenant": subject.tenant, "naming": subject.naming if subject.person else None}


def _check_identity(issuer: str | None, subject: str | None) -> None:
    if (issuer is None) != (subject is None):
        raise InvalidRequest("`issuer` and `subject` belong together.", next_step="Give both.", param="subject")
    for param, said in (("issuer", issuer), ("subject", subject)):
        if said is not None and not (0 < len(said) <= 300 and said.isprintable()):
            raise InvalidRequest(f"`{param}` is 1 to 300 printable characters.", next_step="Mend it.", param=param)


def _name(name: str) -> str:
    if not name.strip():
        raise InvalidRequest("A user has a name.", next_step="Give one.", param="name")
    return checked_name(name, "user")


def _role(role: str) -> str:
    if role not in ROLES:
        raise InvalidRequest(f"Unknown role {role[:40]!r}.", next_step=f"Roles are: {', '.join(ROLES)}.", param="role")
    return role


def _user(row: TupleRow) -> User:
    return User(*row)
