"""Virtual keys: made, listed, rotated, revoked and looked up. Knows no HTTP and no rate.

A key is `vst_<id>_<secret>`, the secret 40 characters of base 62 (238 bits). Only the SHA-256 of the whole key is
stored: with that much entropy a slow hash would protect nothing more, and looking a digest up takes as long for a guess
that is nearly right as for any other. The key itself is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import msgspec
from psycopg.rows import TupleRow

from vestibule.access.grant import Grant
from vestibule.access.roles import scopes_of
from vestibule.access.terms import UNLIMITED, Terms, checked_name, checked_scopes, checked_tenant, checked_terms
from vestibule.core.caller import SCOPES, Caller, Scope
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import SettingsError
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

ADMIN_TENANT = "default"
LONGEST_OVERLAP = timedelta(days=30)

_BASE62 = string.ascii_letters + string.digits
_PRESET = re.compile(r"[\x21-\x7e]{20,200}")
_COLUMNS = (
    "id, name, tenant, scopes, created_at, revoked_at, last_used_at, expires_at, models, clearance, origins, networks,"
    " user_id, previous_until"
)
GRANTED = """
    k.tenant, k.id, k.scopes, k.clearance, k.models, k.origins, k.networks, k.expires_at, u.role
    FROM api_keys k JOIN tenants t ON t.id = k.tenant LEFT JOIN users u ON u.id = k.user_id
    WHERE k.revoked_at IS NULL AND coalesce(k.expires_at > now(), true)
      AND t.disabled_at IS NULL AND u.disabled_at IS NULL
"""


class Key(msgspec.Struct, frozen=True):
    """What may be shown of a key. `last_used_at` is true to the hour; the secret before the last rotation works until
    `previous_until`."""

    id: str
    name: str
    tenant: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    terms: Terms = UNLIMITED
    previous_until: datetime | None = None

    @property
    def prefix(self) -> str:
        return f"vst_{self.id}_"

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        expires_at = self.terms.expires_at
        return "expired" if expires_at and expires_at <= datetime.now(UTC) else "active"


class IssuedKey(msgspec.Struct, frozen=True):
    """A new key with its secret, which exists nowhere else."""

    key: Key
    token: str

    def __repr__(self) -> str:
        return f"IssuedKey(key={self.key!r}, token=…)"


class Keys:
    """`changed` counts what was taken away through this object, so that its own process need not be told of it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.changed = 0

    async def create(self, tenant: str, scopes: Collection[str], name: str = "", terms: Terms = UNLIMITED) -> IssuedKey:
        """Make a key for `tenant`, known or new. Raise `InvalidRequest` for a bad name, scope or term, `NotFound` for a
        user that the tenant has not."""
        checked_tenant(tenant)
        asked = (checked_scopes(scopes), checked_name(name, "key"), checked_terms(terms))
        async with self.database.owner() as connection:
            if terms.user is not None:
                await _check_user(connection, tenant, terms.user)
            return await _insert(connection, tenant, *asked)

    async def list(self, tenant: str | None = None) -> list[Key]:
        """Return every key, revoked ones too, oldest first; of one tenant if it is given."""
        async with self.database.owner() as connection:
            rows = await connection.execute(
                f"SELECT {_COLUMNS} FROM api_keys WHERE tenant = %(t)s OR %(t)s::text IS NULL ORDER BY created_at, id",
                {"t": tenant},
            )
            return [_key(row) async for row in rows]

    async def get(self, key_id: str, tenant: str | None = None) -> Key:
        """Raise `NotFound` for an id that was never given, or not to `tenant`."""
        return await self._one(f"SELECT {_COLUMNS} FROM api_keys WHERE {_THIS}", key_id, tenant)

    async def revoke(self, key_id: str, tenant: str | None = None) -> Key:
        """Revoke a key, both secrets while it is being rotated; again is no error. Raise `NotFound` as `get` does."""
        statement = f"UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE {_THIS} RETURNING {_COLUMNS}"
        revoked = await self._one(statement, key_id, tenant)
        self.changed += 1
        return revoked

    async def rotate(self, key_id: str, overlap: timedelta, tenant: str | None = None) -> IssuedKey:
        """Give the key a new secret; the one it had works until `overlap` has passed, any older one no more.

        Raise `NotFound` as `get` does, `InvalidRequest` for a key that is revoked, has expired or is preset.
        """
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise InvalidRequest(
                f"The overlap is 0 to {LONGEST_OVERLAP.days} days.", next_step="Shorten it.", param="overlap"
            )
        found = await self.get(key_id, tenant)
        token = f"{found.prefix}{_random(40)}"
        statement = (
            "UPDATE api_keys SET previous_digest = digest, previous_until = now() + %(overlap)s, digest = %(digest)s"
            f" WHERE {_THIS} AND NOT preset AND revoked_at IS NULL AND coalesce(expires_at > now(), true)"
            f" RETURNING {_COLUMNS}"
        )
        try:
            rotated = await self._one(statement, key_id, tenant, overlap=overlap, digest=digest_of(token))
        except NotFound:
            raise InvalidRequest(
                f"The key {key_id[:40]!r} is preset or works no more; only others are rotated.",
                next_step="Change VESTIBULE_ADMIN_KEY for a preset one, or make a new key.",
            ) from None
        self.changed += 1
        return IssuedKey(rotated, token)

    async def find(self, digest: bytes) -> Grant | None:
        """Return what the key with this SHA-256 is good for, unless it is unknown, revoked or expired, or its tenant or
        user is shut out; note the hour it was used in."""
        async with self.database.owner() as connection:
            cursor = await connection.execute(
                "SELECT k.last_used_at IS DISTINCT FROM date_trunc('hour', now()),"
                f" CASE WHEN k.digest <> %(d)s THEN k.previous_until END, {GRANTED}"
                " AND (k.digest = %(d)s OR (k.previous_digest = %(d)s AND k.previous_until > now()))",
                {"d": digest},
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            if row[0]:
                await connection.execute(
                    "UPDATE api_keys SET last_used_at = date_trunc('hour', now()) WHERE id = %s", (row[3],)
                )
        found = granted(row[2:])
        ends = [moment for moment in (found.expires_at, row[1]) if moment]
        return msgspec.structs.replace(found, expires_at=min(ends, default=None))

    async def origins(self) -> frozenset[str]:
        """The web origins that any key that works may be used from."""
        async with self.database.owner() as connection:
            cursor = await connection.execute(
                "SELECT DISTINCT unnest(origins) FROM api_keys"
                " WHERE revoked_at IS NULL AND coalesce(expires_at > now(), true)"
            )
            return frozenset([str(row[0]) async for row in cursor])

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
        async with self.database.owner() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('vestibule.first_admin_key'))")
            if preset is not None:
                await _preset(connection, preset)
                return None
            cursor = await connection.execute("SELECT 1 FROM api_keys WHERE 'admin' = ANY(scopes) LIMIT 1")
            if await cursor.fetchone():
                return None
            return await _insert(connection, ADMIN_TENANT, SCOPES, "first admin key", UNLIMITED)

    async def _one(self, statement: str, key_id: str, tenant: str | None, **values: object) -> Key:
        row = None
        if key_id.isprintable():
            async with self.database.owner() as connection:
                cursor = await connection.execute(statement, {"id": key_id, "tenant": tenant, **values})
                row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"There is no key {key_id[:40]!r}.", next_step="`vestibule keys list` shows the ids.")
        return _key(row)


_THIS = "id = %(id)s AND (tenant = %(tenant)s OR %(tenant)s::text IS NULL)"


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def granted(row: TupleRow) -> Grant:
    """Read the columns of `GRANTED`. A user's key may no more than the user's role."""
    tenant, key_id, scopes, clearance, models, origins, networks, expires_at, role = row
    caller = Caller(
        tenant,
        key_id,
        frozenset(scopes) & scopes_of([role]) if role else frozenset(scopes),
        PrivacyClass(clearance),
        None if models is None else frozenset(models),
        frozenset(origins),
    )
    return Grant(caller, expires_at, tuple(networks))


async def _check_user(connection: Connection, tenant: str, user: str) -> None:
    cursor = await connection.execute("SELECT 1 FROM users WHERE id = %s AND tenant = %s", (user, tenant))
    if not await cursor.fetchone():
        raise NotFound(f"There is no user {user[:40]!r}.", next_step="`vestibule users list` shows the ids.")


async def _insert(connection: Connection, tenant: str, scopes: tuple[Scope, ...], name: str, terms: Terms) -> IssuedKey:
    key_id = _random(8)
    token = f"vst_{key_id}_{_random(40)}"
    return IssuedKey(await _store(connection, key_id, token, tenant, scopes, name, terms), token)


async def _preset(connection: Connection, token: str) -> None:
    digest = digest_of(token)
    await connection.execute(
        "UPDATE api_keys SET revoked_at = now() WHERE preset AND digest <> %s AND revoked_at IS NULL", (digest,)
    )
    cursor = await connection.execute("SELECT 1 FROM api_keys WHERE digest = %s", (digest,))
    if not await cursor.fetchone():
        await _store(connection, _random(8), token, ADMIN_TENANT, SCOPES, "preset admin key", UNLIMITED, preset=True)


async def _store(
    connection: Connection,
    key_id: str,
    token: str,
    tenant: str,
    scopes: tuple[Scope, ...],
    name: str,
    terms: Terms,
    *,
    preset: bool = False,
) -> Key:
    await connection.execute("INSERT INTO tenants (id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
    values = {
        "id": key_id,
        "digest": digest_of(token),
        "name": name,
        "tenant": tenant,
        "scopes": list(scopes),
        "preset": preset,
        "expires_at": terms.expires_at,
        "models": None if terms.models is None else list(terms.models),
        "clearance": int(terms.clearance),
        "origins": list(terms.origins),
        "networks": list(terms.networks),
        "user_id": terms.user,
    }
    placed = ", ".join(f"%({column})s" for column in values)
    cursor = await connection.execute(
        f"INSERT INTO api_keys ({', '.join(values)}) VALUES ({placed}) RETURNING {_COLUMNS}", values
    )
    row = await cursor.fetchone()
    assert row is not None
    return _key(row)


def _key(row: TupleRow) -> Key:
    key_id, name, tenant, scopes, created_at, revoked_at, last_used_at = row[:7]
    expires_at, models, clearance, origins, networks, user, previous_until = row[7:]
    terms = Terms(
        expires_at,
        None if models is None else tuple(models),
        PrivacyClass(clearance),
        tuple(origins),
        tuple(networks),
        user,
    )
    return Key(key_id, name, tenant, tuple(scopes), created_at, revoked_at, last_used_at, terms, previous_until)


def _random(length: int) -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(length))
