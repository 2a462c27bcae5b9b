"""Sessions of people who signed in to the console, kept in PostgreSQL so that every worker knows them.

A session's name is random and secret; only its SHA-256 is stored. Opened with a key it may what the key may, for as
long as the key does; opened with an identity provider's token it keeps what the token gave. Knows no cookie.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from vestibule.access.grant import Grant
from vestibule.access.keys import GRANTED, digest_of, granted
from vestibule.core.caller import Caller
from vestibule.core.ports import Subject
from vestibule.storage.database import Database

LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=2)
KEPT = 100  # for each who signs in; the oldest give way

_ALIVE = "s.expires_at > now() AND s.seen_at > now() - %(idle)s"


class Sessions:
    """`changed` counts what ended through this object, so that its own process need not be told of it."""

    name = "console sessions"

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changed = 0

    async def open(self, caller: Caller) -> str:
        """Begin a session for who has just proven to be `caller`; return its name, which is told to nobody else."""
        name = secrets.token_urlsafe(32)
        values = {
            "digest": digest_of(name),
            "tenant": caller.tenant,
            "who": caller.key_id,
            "scopes": sorted(caller.scopes),
            "lifetime": LIFETIME,
            "idle": IDLE,
            "kept": KEPT,
        }
        async with self._database.owner() as connection:
            await connection.execute(
                "DELETE FROM console_sessions WHERE expires_at <= now() OR seen_at <= now() - %(idle)s"
                " OR digest IN (SELECT digest FROM console_sessions WHERE tenant = %(tenant)s AND who = %(who)s"
                " ORDER BY created_at DESC OFFSET %(kept)s - 1)",
                values,
            )
            await connection.execute("INSERT INTO tenants (id) VALUES (%s) ON CONFLICT DO NOTHING", (caller.tenant,))
            await connection.execute(
                "INSERT INTO console_sessions (digest, tenant, key_id, user_id, who, scopes, expires_at) VALUES"
                " (%(digest)s, %(tenant)s, (SELECT id FROM api_keys WHERE id = %(who)s),"
                " (SELECT id FROM users WHERE id = %(who)s), %(who)s, %(scopes)s, now() + %(lifetime)s)",
                values,
            )
        return name

    async def find(self, digest: bytes) -> Grant | None:
        """Return what the session with this SHA-256 is good for, unless it ended, was idle too long, or its key or user
        works no more; note the minute it was used in."""
        values = {"digest": digest, "idle": IDLE}
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                f"SELECT s.key_id, s.tenant, s.who, s.scopes, s.expires_at, s.seen_at < now() - interval '1 minute'"
                " FROM console_sessions s JOIN tenants t ON t.id = s.tenant LEFT JOIN users u ON u.id = s.user_id"
                f" WHERE s.digest = %(digest)s AND {_ALIVE} AND t.disabled_at IS NULL AND u.disabled_at IS NULL",
                values,
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            key_id, tenant, who, scopes, expires_at, stale = row
            grant = Grant(Caller(tenant, who, frozenset(scopes)), expires_at)
            if key_id is not None:
                of_key = await (await connection.execute(f"SELECT {GRANTED} AND k.id = %s", (key_id,))).fetchone()
                if of_key is None:
                    return None
                found = granted(of_key)
                grant = Grant(found.caller, min(expires_at, found.expires_at or expires_at), found.networks)
            if stale:
                await connection.execute("UPDATE console_sessions SET seen_at = now() WHERE digest = %s", (digest,))
        return grant

    async def close(self, name: str) -> None:
        async with self._database.owner() as connection:
            await connection.execute("DELETE FROM console_sessions WHERE digest = %s", (digest_of(name),))
        self.changed += 1

    async def close_all(self, caller: Caller) -> int:
        """Sign `caller` out everywhere; return how many sessions that ended."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "DELETE FROM console_sessions WHERE tenant = %s AND who = %s", (caller.tenant, caller.key_id)
            )
        self.changed += 1
        return cursor.rowcount

    async def form_key(self) -> bytes:
        """The key that every worker signs its forms with."""
        async with self._database.owner() as connection:
            await connection.execute(
                "INSERT INTO shared_secrets VALUES ('console forms', %s) ON CONFLICT DO NOTHING",
                (secrets.token_bytes(32),),
            )
            row = await (
                await connection.execute("SELECT secret FROM shared_secrets WHERE name = 'console forms'")
            ).fetchone()
        assert row is not None
        return bytes(row[0])

    async def count(self, subject: Subject) -> int:
        """A session names no person; those of a tenant end when it is forgotten."""
        if subject.person:
            return 0
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                f"SELECT count(*) FROM console_sessions s WHERE s.tenant = %(tenant)s AND {_ALIVE}",
                {"tenant": subject.tenant, "idle": IDLE},
            )
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def erase(self, subject: Subject) -> int:
        if subject.person:
            return 0
        async with self._database.owner() as connection:
            cursor = await connection.execute("DELETE FROM console_sessions WHERE tenant = %s", (subject.tenant,))
            return cursor.rowcount
