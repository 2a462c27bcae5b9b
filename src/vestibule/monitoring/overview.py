"""What the request log says about the recent past of one tenant: counts, latency, where answers came from.

Reads the `requests` table only; knows no page. A percentile of nothing is `None`, never 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from psycopg.rows import class_row

from vestibule.core.sensitivity import PrivacyClass
from vestibule.monitoring.requests import Outcome
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

Window = Literal["hour", "day", "week"]
BUCKETS: dict[Window, tuple[timedelta, int]] = {
    "hour": (timedelta(minutes=1), 60),
    "day": (timedelta(minutes=20), 72),
    "week": (timedelta(hours=2), 84),
}
LATEST = 12


class Totals(msgspec.Struct, frozen=True):
    """Durations in milliseconds, of answered requests only. `home` and `cloud` count answers by where the model was."""

    requests: int
    answered: int
    refused: int
    failed: int
    cancelled: int
    home: int
    cloud: int
    cache_hits: int
    cache_lookups: int
    p50_ms: float | None
    p95_ms: float | None
    first_token_p50_ms: float | None

    @property
    def local_share(self) -> float | None:
        return _share(self.home, self.home + self.cloud)

    @property
    def cache_share(self) -> float | None:
        return _share(self.cache_hits, self.cache_lookups)


class Bucket(msgspec.Struct, frozen=True):
    """Requests that began in [start, start + width of the bucket)."""

    start: datetime
    home: int
    cloud: int
    unanswered: int
    p50_ms: float | None
    p95_ms: float | None


class RecentRequest(msgspec.Struct, frozen=True):
    id: str
    started_at: datetime
    duration_ms: float
    model: str
    answered_by: str | None
    location: str | None
    outcome: Outcome
    privacy_class: str | None
    cache: str | None


class Snapshot(msgspec.Struct, frozen=True):
    """`classes` has every privacy class, lowest first; `series` every bucket of the window, oldest first."""

    totals: Totals
    classes: dict[str, int]
    series: tuple[Bucket, ...]
    latest: tuple[RecentRequest, ...]


class Overview:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def snapshot(self, tenant: str, window: Window = "hour", now: datetime | None = None) -> Snapshot:
        """Sum up the window that ends now. Raise `Unavailable` if the database is away."""
        width, count = BUCKETS[window]
        end = _ceiling(now or datetime.now(UTC), width)
        limits = {"start": end - width * count, "end": end, "width": width}
        async with self._database.tenant(tenant) as connection:
            return Snapshot(
                totals=await _totals(connection, limits),
                classes=await _classes(connection, limits),
                series=await _series(connection, limits),
                latest=await _latest(connection, limits),
            )


_WITHIN = "FROM requests WHERE started_at >= %(start)s AND started_at < %(end)s"
_FIRST_TOKEN = "(timings_ms->>'first_token')::double precision"


def _percentile(share: float, value: str = "duration_ms") -> str:
    return f"percentile_cont({share}) WITHIN GROUP (ORDER BY {value}) FILTER (WHERE outcome = 'answered')"


async def _totals(connection: Connection, limits: dict[str, object]) -> Totals:
    async with connection.cursor(row_factory=class_row(Totals)) as cursor:
        await cursor.execute(
            f"""
            SELECT count(*) AS requests,
                   count(*) FILTER (WHERE outcome = 'answered') AS answered,
                   count(*) FILTER (WHERE outcome = 'refused') AS refused,
                   count(*) FILTER (WHERE outcome = 'failed') AS failed,
                   count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
                   count(*) FILTER (WHERE outcome = 'answered' AND location = 'home') AS home,
                   count(*) FILTER (WHERE outcome = 'answered' AND location = 'cloud') AS cloud,
                   count(*) FILTER (WHERE cache = 'hit') AS cache_hits,
                   count(*) FILTER (WHERE cache IN ('hit', 'miss')) AS cache_lookups,
                   {_percentile(0.5)} AS p50_ms,
                   {_percentile(0.95)} AS p95_ms,
                   {_percentile(0.5, _FIRST_TOKEN)} AS first_token_p50_ms
            {_WITHIN}
            """,
            limits,
        )
        row = await cursor.fetchone()
    assert row is not None
    return row


async def _classes(connection: Connection, limits: dict[str, object]) -> dict[str, int]:
    cursor = await connection.execute(f"SELECT privacy_class, count(*) {_WITHIN} GROUP BY privacy_class", limits)
    counted: dict[str, int] = dict(await cursor.fetchall())
    return {level.label: counted.get(level.label, 0) for level in PrivacyClass}


async def _series(connection: Connection, limits: dict[str, object]) -> tuple[Bucket, ...]:
    async with connection.cursor(row_factory=class_row(Bucket)) as cursor:
        await cursor.execute(
            f"""
            WITH counted AS (
                SELECT date_bin(%(width)s, started_at, %(start)s) AS start,
                       count(*) FILTER (WHERE outcome = 'answered' AND location = 'home') AS home,
                       count(*) FILTER (WHERE outcome = 'answered' AND location = 'cloud') AS cloud,
                       count(*) FILTER (WHERE outcome <> 'answered') AS unanswered,
                       {_percentile(0.5)} AS p50_ms,
                       {_percentile(0.95)} AS p95_ms
                {_WITHIN} GROUP BY 1
            )
            SELECT bucket AS start, coalesce(home, 0) AS home, coalesce(cloud, 0) AS cloud,
                   coalesce(unanswered, 0) AS unanswered, p50_ms, p95_ms
            FROM generate_series(%(start)s::timestamptz, %(end)s::timestamptz - %(width)s, %(width)s) AS bucket
            LEFT JOIN counted ON counted.start = bucket ORDER BY bucket
            """,
            limits,
        )
        return tuple(await cursor.fetchall())


async def _latest(connection: Connection, limits: dict[str, object]) -> tuple[RecentRequest, ...]:
    columns = ", ".join(RecentRequest.__struct_fields__)
    async with connection.cursor(row_factory=class_row(RecentRequest)) as cursor:
        await cursor.execute(
            f"SELECT {columns} {_WITHIN} ORDER BY started_at DESC, id LIMIT %(latest)s", {**limits, "latest": LATEST}
        )
        return tuple(await cursor.fetchall())


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _ceiling(moment: datetime, width: timedelta) -> datetime:
    """The end of the bucket that `moment` lies in."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + ((moment - epoch) // width + 1) * width
