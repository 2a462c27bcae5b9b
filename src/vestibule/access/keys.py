"""Virtual keys: made, listed, revoked and looked up. Knows no HTTP and no rate.

A key is `vst_<id>_<secret>`, the secret 40 characters of base 62 (238 bits). Only the SHA-256 of the whole key is
stored: with that much entropy a slow hash would protect nothing more. The key itself is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Collection
from datetime import datetime

import msgspec
from psycopg.rows import TupleRow

from vestibule.core.caller import SCOPES, Caller, Scope
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.settings import SettingsError
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

ADMIN_TENANT = "default"

_BASE62 = string.ascii_letters + string.digits
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PRESET = re.compile(r"[\x21-\x7e]{20,200}")
_COLUMNS = "id, name, tenant, scopes, created_at, revoked_at, last_used_at"


class Key(msgspec.Struct, frozen=True):
    """What may be shown of a key. `last_used_at` is true to the hour."""

    id: str
    name: str
    tenant: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class IssuedKey(msgspec.Struct, frozen=True):
    """A new key with its secret, which exists nowhere else."""

    key: Key
    token: str

    def __repr__(self) -> str:
        return f"IssuedKey(key={self.key!r}, token=…)"


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, tenant: str, scopes: Collection[str], name: str = "") -> IssuedKey:
        """Make a key for `tenant`, known or new. Raise `InvalidRequest` for a bad name or scope."""
        checked = _check(tenant, scopes, name)
        async with self._database.owner() as connection:
            return await _insert(connection, tenant, checked, name)

    async def list(self, tenant: str | None = None) -> list[Key]:
        """Return every key, revoked ones too, oldest first; of one tenant if it is given."""
        async with self._database.owner() as connection:
            rows = await connection.execute(
                f"SELECT {_COLUMNS} FROM api_keys WHERE tenant = %(t)s OR %(t)s::text IS NULL ORDER BY created_at, id",
                {"t": tenant},
            )
            return [_key(row) async for row in rows]

    async def revoke(self, key_id: str) -> Key:
        """Revoke a key; again is no error. Raise `NotFound` for an id that was never given."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                f"UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE id = %s RETURNING {_COLUMNS}",
                (key_id,),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"There is no key {key_id[:40]!r}.", next_step="`vestibule keys list` shows the ids.")
        return _key(row)

    async def find(self, digest: bytes) -> Caller | None:
        """Return whose key has this SHA-256, unless it is unknown or revoked; note the hour it was used in."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT tenant, id, scopes, last_used_at IS DISTINCT FROM date_trunc('hour', now())"
                " FROM api_keys WHERE digest = %s AND revoked_at IS NULL",
                (digest,),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            tenant, key_id, scopes, stale = row
            if stale:
                await connection.execute(
                    "UPDATE api_keys SET last_used_at = date_trunc('hour', now()) WHERE id = %s", (key_id,)
                )
        return Caller(tenant, key_id, frozenset(scopes))

    async def first_admin_key(self, preset: str | None = None) -> IssuedKey | None:
        """See to it that there is an admin key; return it only if one was made here, to be shown once.

        `preset` (`VESTIBULE_ADMIN_KEY`) becomes an admin key, and the preset of an earlier start stops working.
        Raise `SettingsError` if it is too short or could not be sent in a header.
        """
        if preset is not None and not _PRESET.fullmatch(preset):
            raise SettingsError(
                "VESTIBULE_ADMIN_KEY is not a usable key: 20 to 200 printable ASCII characters without spaces.",
                next_step="Make one with: openssl rand -hex 24.",
            )
        async with self._database.owner() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('vestibule.first_admin_key'))")
            if preset is not None:
                await _preset(connection, preset)
                return None
            cursor = await connection.execute("SELECT 1 FROM api_keys WHERE 'admin' = ANY(scopes) LIMIT 1")
            if await cursor.fetchone():
                return None
            return await _insert(connection, ADMIN_TENANT, SCOPES, "first admin key")


def _check(tenant: str, scopes: Collection[str], name: str) -> tuple[Scope, ...]:
    if not _TENANT.fullmatch(tenant):
        raise InvalidRequest(
            f"{tenant[:80]!r} cannot be the name of a tenant.",
            next_step="Use 1 to 63 lower-case letters, digits, - or _, beginning with a letter or digit.",
            param="tenant",
        )
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        problem = f"Unknown scope {unknown[0][:40]!r}." if unknown else "A key needs at least one scope."
        raise InvalidRequest(problem, next_step=f"Scopes are: {', '.join(SCOPES)}.", param="scopes")
    if len(name) > 100 or not name.isprintable():
        raise InvalidRequest(
            "The name of a key is at most 100 printable characters.", next_step="Shorten it.", param="name"
        )
    return tuple(scope for scope in SCOPES if scope in scopes)


async def _insert(connection: Connection, tenant: str, scopes: tuple[Scope, ...], name: str) -> IssuedKey:
    key_id = _random(8)
    token = f"vst_{key_id}_{_random(40)}"
    return IssuedKey(await _store(connection, key_id, token, tenant, scopes, name), token)


async def _preset(connection: Connection, token: str) -> None:
    digest = hashlib.sha256(token.encode()).digest()
    await connection.execute(
        "UPDATE api_keys SET revoked_at = now() WHERE preset AND digest <> %s AND revoked_at IS NULL", (digest,)
    )
    cursor = await connection.execute("SELECT 1 FROM api_keys WHERE digest = %s", (digest,))
    if not await cursor.fetchone():
        await _store(connection, _random(8), token, ADMIN_TENANT, SCOPES, "preset admin key", preset=True)


async def _store(
    connection: Connection,
    key_id: str,
    token: str,
    tenant: str,
    scopes: tuple[Scope, ...],
    name: str,
    *,
    preset: bool = False,
) -> Key:
    await connection.execute("INSERT INTO tenants (id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
    cursor = await connection.execute(
        "INSERT INTO api_keys (id, digest, name, tenant, scopes, preset) VALUES (%s, %s, %s, %s, %s, %s)"
        f" RETURNING {_COLUMNS}",
        (key_id, hashlib.sha256(token.encode()).digest(), name, tenant, list(scopes), preset),
    )
    row = await cursor.fetchone()
    assert row is not None
    return _key(row)


def _key(row: TupleRow) -> Key:
    key_id, name, tenant, scopes, created_at, revoked_at, last_used_at = row
    return Key(key_id, name, tenant, tuple(scopes), created_at, revoked_at, last_used_at)


def _random(length: int) -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(length))
