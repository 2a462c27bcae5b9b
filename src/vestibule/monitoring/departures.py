"""What the audit trail says about the recent past of one tenant: what left the house, what was kept in, and why.

Reads the `audit_records` table only, under the tenant's own right to it; proves nothing, which `vestibule audit verify`
does; knows no page.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from psycopg.rows import class_row

from vestibule.monitoring.overview import BUCKETS, Window
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

LATEST = 20
COMMONEST = 8


class Decided(msgspec.Struct, frozen=True):
    """Decisions by what was decided; `pseudonymised` counts the entities that left as placeholders."""

    home: int
    cleared: int
    refused: int
    pseudonymised: int


class Reason(msgspec.Struct, frozen=True):
    reason: str
    decisions: int


class Departure(msgspec.Struct, frozen=True):
    """One decision about leaving: `action` is cleared, or refused and therefore kept in."""

    at: datetime
    request_id: str
    level: str
    reasons: list[str]
    policy: str
    destination: str
    model: str
    action: str
    attempt: int
    pseudonymised: int


class Traffic(msgspec.Struct, frozen=True):
    """`reasons` are those of everything decided, the commonest first; `latest` the newest first, without what was at
    home from the start."""

    decided: Decided
    reasons: tuple[Reason, ...]
    latest: tuple[Departure, ...]


class Departures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def traffic(self, tenant: str, window: Window = "day", now: datetime | None = None) -> Traffic:
        """Sum up the window that ends now. Raise `Unavailable` if the database is away."""
        width, count = BUCKETS[window]
        since = (now or datetime.now(UTC)) - width * count
        async with self._database.tenant(tenant) as connection:
            return Traffic(
                await _decided(connection, since), await _reasons(connection, since), await _latest(connection, since)
            )


_SINCE = "FROM audit_records WHERE kind = 'decision' AND at >= %(since)s"


async def _decided(connection: Connection, since: datetime) -> Decided:
    async with connection.cursor(row_factory=class_row(Decided)) as cursor:
        await cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE action = 'home') AS home,
                   count(*) FILTER (WHERE action = 'cleared') AS cleared,
                   count(*) FILTER (WHERE action = 'refused') AS refused,
                   coalesce(sum(pseudonymised) FILTER (WHERE action = 'cleared'), 0)::bigint AS pseudonymised
            {_SINCE}
            """,
            {"since": since},
        )
        row = await cursor.fetchone()
    assert row is not None
    return row


async def _reasons(connection: Connection, since: datetime) -> tuple[Reason, ...]:
    async with connection.cursor(row_factory=class_row(Reason)) as cursor:
        await cursor.execute(
            f"""
            SELECT reason, count(*) AS decisions FROM (SELECT unnest(reasons) AS reason {_SINCE}) AS said
            GROUP BY reason ORDER BY decisions DESC, reason LIMIT %(commonest)s
            """,
            {"since": since, "commonest": COMMONEST},
        )
        return tuple(await cursor.fetchall())


async def _latest(connection: Connection, since: datetime) -> tuple[Departure, ...]:
    columns = ", ".join(Departure.__struct_fields__)
    async with connection.cursor(row_factory=class_row(Departure)) as cursor:
        await cursor.execute(
            f"SELECT {columns} {_SINCE} AND action IN ('cleared', 'refused') ORDER BY at DESC, request_id, attempt"
            " LIMIT %(latest)s",
            {"since": since, "latest": LATEST},
        )
        return tuple(await cursor.fetchall())
