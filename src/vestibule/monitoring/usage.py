"""What was used since a day, from the request log: by tenant, key and the model that answered. Knows no limit."""

from __future__ import annotations

from datetime import date

import msgspec
from psycopg.rows import class_row

from vestibule.storage.database import Database

MOST = 10_000


class Used(msgspec.Struct, frozen=True):
    """Requests that were answered, or not: `model` and `location` are null then. A row with an empty `key` sums those
    that the policy does not name."""

    tenant: str
    key: str
    model: str | None
    location: str | None
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost_eur: float


class UsageLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent_eur(self, day: date) -> float:
        """What models outside cost since the beginning of that day (UTC), by all tenants. Raise `Unavailable`."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(sum(cost_eur), 0) FROM requests WHERE started_at >= %s::timestamp AT TIME ZONE 'UTC'",
                [day],
            )
            row = await cursor.fetchone()
        return float(row[0]) if row else 0.0

    async def since(self, day: date, tenant: str | None = None) -> list[Used]:
        """Of one tenant if it is given; the `MOST` that used most. Raise `Unavailable` without the database."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Used)) as cursor:
            await cursor.execute(
                "SELECT tenant, key_id AS key, answered_by AS model, location, count(*) AS requests,"
                " sum(prompt_tokens)::bigint AS prompt_tokens, sum(completion_tokens)::bigint AS completion_tokens,"
                " sum(cost_eur) AS cost_eur FROM requests WHERE started_at >= %(day)s"
                " AND (tenant = %(tenant)s OR %(tenant)s::text IS NULL)"
                " GROUP BY tenant, key_id, answered_by, location"
                " ORDER BY sum(cost_eur) DESC, sum(prompt_tokens + completion_tokens) DESC, 1, 2, 3 LIMIT %(most)s",
                {"day": day, "tenant": tenant, "most": MOST},
            )
            return await cursor.fetchall()
