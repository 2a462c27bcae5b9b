"""Keeps responses with what was asked, each sealed under a key of its tenant, until they expire or are deleted.

Tenant, id, predecessor, class and expiry are bound to what is sealed, so that a row moved, kept longer or made less
private by hand does not open. A conversation is a chain of them: each holds its own part only, so that what is deleted
is in none of the others. Knows no wire format.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from vestibule.core.errors import NotFound, TooLarge
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.sealing import Sealing, TenantKeys

LONGEST_CHAIN = 500
LARGEST_CHAIN = 33_554_432  # bytes of all its parts
_COLUMNS = "id, previous, level, created_at, expires_at, sealed"
_THIS = "id = %s AND expires_at > now() AND level <= %s"
_CHAIN = f"""
    WITH RECURSIVE chain AS (
        SELECT {_COLUMNS}, 1 AS depth, length(sealed)::bigint AS size FROM responses WHERE {_THIS}
        UNION ALL
        SELECT r.id, r.previous, r.level, r.created_at, r.expires_at, r.sealed, depth + 1, size + length(r.sealed)
        FROM responses r JOIN chain ON r.id = chain.previous
        WHERE r.expires_at > now() AND depth <= {LONGEST_CHAIN} AND size <= {LARGEST_CHAIN}
    )
    SELECT {_COLUMNS}, size FROM chain ORDER BY depth DESC
"""


class StoredResponse(msgspec.Struct, frozen=True):
    """`content` is the caller's business; `level` the effective class of question, sources and answer together;
    `previous` the response that this one goes on from."""

    id: str
    level: PrivacyClass
    content: bytes
    previous: str | None = None


class ResponseStore:
    def __init__(self, database: Database, keys: TenantKeys) -> None:
        self._database = database
        self._sealing = Sealing(keys, "responses")

    async def keep(self, tenant: str, response: StoredResponse, expires_at: datetime) -> None:
        """Store `response` until `expires_at` (aware). Its id must be new."""
        sealed = await self._sealing.seal(tenant, response.content, *_binding(response, expires_at))
        async with self._database.tenant(tenant) as connection:
            await connection.execute(
                f"INSERT INTO responses (tenant, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (tenant, response.id, response.previous, int(response.level), datetime.now(UTC), expires_at, sealed),
            )

    async def take(self, tenant: str, id_: str, clearance: PrivacyClass) -> StoredResponse:
        """Return one response, which stays there.

        Raise `NotFound` if there is none of this tenant that `clearance` may see, `Unreadable` if it does not open.
        """
        rows = await self._rows(tenant, f"SELECT {_COLUMNS} FROM responses WHERE {_THIS}", id_, clearance)
        if not rows:
            raise _missing(id_)
        return await self._opened(tenant, rows[0])

    async def conversation(self, tenant: str, id_: str, clearance: PrivacyClass) -> list[StoredResponse]:
        """A response and all it goes on from, oldest first.

        Raise `NotFound` also where a part of the conversation is not there any longer, `TooLarge` where it has more
        than `LONGEST_CHAIN` parts or `LARGEST_CHAIN` bytes.
        """
        rows = await self._rows(tenant, _CHAIN, id_, clearance)
        if not rows or max(row[2] for row in rows) > clearance:
            raise _missing(id_)
        if len(rows) > LONGEST_CHAIN or rows[0][-1] > LARGEST_CHAIN:
            raise TooLarge(
                f"This conversation has more than {LONGEST_CHAIN} responses or {LARGEST_CHAIN >> 20} MiB.",
                next_step="Begin a new one.",
            )
        if rows[0][1] is not None:
            raise NotFound(
                f"The response `{id_}` goes on from one that was deleted or has expired.",
                next_step="Begin a new conversation, or send its turns as `input`.",
            )
        return [await self._opened(tenant, row) for row in rows]

    async def delete(self, tenant: str, id_: str, clearance: PrivacyClass) -> None:
        """Forget one response; those that go on from it cannot be continued. Raise `NotFound`."""
        if not _is_id(id_):
            raise _missing(id_)
        async with self._database.tenant(tenant) as connection:
            deleted = await connection.execute(f"DELETE FROM responses WHERE {_THIS}".encode(), (id_, int(clearance)))
        if not deleted.rowcount:
            raise _missing(id_)

    async def expire(self, now: datetime) -> int:
        """Delete what has expired by `now`, of every tenant; return how many."""
        async with self._database.owner() as connection:
            return (await connection.execute("DELETE FROM responses WHERE expires_at <= %s", (now,))).rowcount

    async def _rows(self, tenant: str, query: str, id_: str, clearance: PrivacyClass) -> list[tuple[Any, ...]]:
        if not _is_id(id_):
            return []
        async with self._database.tenant(tenant) as connection:
            return await (await connection.execute(query.encode(), (id_, int(clearance)))).fetchall()

    async def _opened(self, tenant: str, row: tuple[Any, ...]) -> StoredResponse:
        id_, previous, level, _, expires_at, sealed = row[:6]
        bare = StoredResponse(id_, PrivacyClass(level), b"", previous)
        content = await self._sealing.open(tenant, bytes(sealed), *_binding(bare, expires_at))
        return msgspec.structs.replace(bare, content=content)


def _binding(response: StoredResponse, expires_at: datetime) -> tuple[str, ...]:
    until = expires_at.astimezone(UTC).isoformat()
    return response.id, response.previous or "", response.level.label, until


def _is_id(id_: str) -> bool:
    """Whether PostgreSQL can be asked for it at all."""
    return id_.isascii() and id_.isprintable() and len(id_) <= 128


def _missing(id_: str) -> NotFound:
    return NotFound(
        f"The response `{id_[:128]}` does not exist here, or not any longer.",
        next_step="Only responses that were stored can be asked for; they expire.",
    )
