"""What the request log says of where requests went: each model's answers, what they cost, how much left the house.

Reads the `requests` table only; knows no page and no router. What nothing was measured of is `None`, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from psycopg.rows import class_row

from vestibule.core.answer import Location
from vestibule.core.chat import TaskKind
from vestibule.monitoring.overview import BUCKETS, Window
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection


class ModelTraffic(msgspec.Struct, frozen=True):
    """Answers of one model, the cache's left out; medians in milliseconds, those predicted from when it was asked."""

    model: str
    location: Location
    answered: int
    first_token_ms: float | None
    finish_ms: float | None
    predicted_first_token_ms: float | None
    predicted_finish_ms: float | None
    cost_eur: float | None


class Paid(msgspec.Struct, frozen=True):
    """In EUR: what went outside, and what energy and machine cost at home; None where nothing of it is known. So many
    answers from outside are `unpriced`, and in no amount."""

    outside_eur: float | None
    home_eur: float | None
    unpriced: int

    @property
    def eur(self) -> float | None:
        known = [eur for eur in (self.outside_eur, self.home_eur) if eur is not None]
        return sum(known) if known else None


class Foreseen(msgspec.Struct, frozen=True):
    """First tokens of answers of which one was predicted: medians in milliseconds, and by how much of what was observed
    half of them were missed at most."""

    answers: int
    predicted_ms: float | None
    observed_ms: float | None
    error: float | None


class Outward(msgspec.Struct, frozen=True):
    """Of the house's last `counted` requests, at most as many as were asked for, `left` were answered outside without
    their caller having named that model."""

    counted: int
    left: int

    @property
    def share(self) -> float | None:
        return self.left / self.counted if self.counted else None


class Went(msgspec.Struct, frozen=True):
    """`models` by how much they answered, the busiest first."""

    models: tuple[ModelTraffic, ...]
    paid: Paid
    foreseen: Foreseen


class RoutingLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def went(self, tenant: str, window: Window = "day", now: datetime | None = None) -> Went:
        """Sum up the window that ends now. Raise `Unavailable` if the database is away."""
        width, count = BUCKETS[window]
        since = (now or datetime.now(UTC)) - width * count
        async with self._database.tenant(tenant) as connection:
            return Went(
                await _models(connection, since), await _paid(connection, since), await _foreseen(connection, since)
            )

    async def outward(self, last: int, exempt: Sequence[TaskKind] = ()) -> Outward:
        """Of the last so many requests of all tenants together that a model was asked for: the router's share is the
        house's, and no more than two numbers are told of the others. Work of the `exempt` kinds does not count as
        having left. Raise `Unavailable` if the database is away."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Outward)) as cursor:
            await cursor.execute(_OUTWARD, {"last": last, "exempt": list(exempt)})
            row = await cursor.fetchone()
        assert row is not None
        return row


_FRESH = "outcome = 'answered' AND cache IS DISTINCT FROM 'hit'"
_FIRST_TOKEN = "(timings_ms->>'first_token')::double precision"
_PREDICTED_FIRST_TOKEN = "1000 * (predicted->>'first_token_s')::double precision"
_PREDICTED_FINISH = "1000 * (predicted->>'finish_s')::double precision"
_MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {})"
# from one tenant to the next by the index, of each its last ones by the same, and of those the last
_OUTWARD = """
    WITH RECURSIVE asked (tenant) AS (
        (SELECT tenant FROM requests ORDER BY tenant LIMIT 1)
        UNION ALL
        SELECT (SELECT r.tenant FROM requests r WHERE r.tenant > asked.tenant ORDER BY r.tenant LIMIT 1)
        FROM asked WHERE asked.tenant IS NOT NULL
    )
    SELECT count(*) AS counted,
           count(*) FILTER (
               WHERE location = 'cloud' AND answered_by <> model AND coalesce(task, '') <> ALL (%(exempt)s::text[])
           ) AS left
    FROM (
        SELECT r.* FROM asked CROSS JOIN LATERAL (
            SELECT started_at, model, answered_by, location, task FROM requests
            WHERE tenant = asked.tenant AND cache IS DISTINCT FROM 'hit' AND outcome <> 'refused'
            ORDER BY started_at DESC LIMIT %(last)s
        ) r ORDER BY r.started_at DESC LIMIT %(last)s
    ) newest
"""


async def _models(connection: Connection, since: datetime) -> tuple[ModelTraffic, ...]:
    async with connection.cursor(row_factory=class_row(ModelTraffic)) as cursor:
        await cursor.execute(
            f"""
            SELECT answered_by AS model, location, count(*) AS answered,
                   {_MEDIAN.format(_FIRST_TOKEN)} AS first_token_ms,
                   {_MEDIAN.format("duration_ms")} AS finish_ms,
                   {_MEDIAN.format(_PREDICTED_FIRST_TOKEN)} AS predicted_first_token_ms,
                   {_MEDIAN.format(_PREDICTED_FINISH)} AS predicted_finish_ms,
                   CASE location WHEN 'cloud' THEN nullif(sum(cost_eur), 0) ELSE sum(cost_eur + home_eur) END
                       AS cost_eur
            FROM requests WHERE started_at >= %(since)s AND {_FRESH} AND answered_by IS NOT NULL
                AND location IS NOT NULL
            GROUP BY answered_by, location ORDER BY answered DESC, model, location
            """,
            {"since": since},
        )
        return tuple(await cursor.fetchall())


async def _paid(connection: Connection, since: datetime) -> Paid:
    """Of whatever became of the requests: what was sent was paid. An answer outside that cost nothing has no price."""
    async with connection.cursor(row_factory=class_row(Paid)) as cursor:
        await cursor.execute(
            f"""
            SELECT CASE WHEN bool_or(location = 'cloud' AND {_FRESH}) THEN nullif(sum(cost_eur), 0) ELSE sum(cost_eur)
                   END AS outside_eur,
                   sum(home_eur) AS home_eur,
                   count(*) FILTER (WHERE location = 'cloud' AND cost_eur = 0 AND {_FRESH}) AS unpriced
            FROM requests WHERE started_at >= %(since)s
            """,
            {"since": since},
        )
        row = await cursor.fetchone()
    assert row is not None
    return row


async def _foreseen(connection: Connection, since: datetime) -> Foreseen:
    async with connection.cursor(row_factory=class_row(Foreseen)) as cursor:
        await cursor.execute(
            f"""
            SELECT count(*) AS answers, {_MEDIAN.format("predicted_ms")} AS predicted_ms,
                   {_MEDIAN.format("observed_ms")} AS observed_ms,
                   {_MEDIAN.format("abs(predicted_ms - observed_ms) / nullif(observed_ms, 0)")} AS error
            FROM (
                SELECT {_PREDICTED_FIRST_TOKEN} AS predicted_ms, {_FIRST_TOKEN} AS observed_ms
                FROM requests WHERE started_at >= %(since)s AND {_FRESH}
            ) told WHERE predicted_ms IS NOT NULL AND observed_ms IS NOT NULL
            """,
            {"since": since},
        )
        row = await cursor.fetchone()
    assert row is not None
    return row
