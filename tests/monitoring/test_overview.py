"""The overview: what a tenant's requests of a window add up to."""

from datetime import UTC, datetime, timedelta

import msgspec

from vestibule.monitoring.overview import BUCKETS, LATEST, Overview
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.storage.database import Database

NOW = datetime(2025, 7, 8, 12, 30, 30, tzinfo=UTC)


def answered(tenant: str, n: int, **changes: object) -> RequestRecord:
    record = RequestRecord(
        id=f"{tenant}-{n}",
        tenant=tenant,
        key_id="k",
        started_at=NOW - timedelta(seconds=10),
        duration_ms=100.0,
        model="auto",
        outcome="answered",
        answered_by="extractive",
        location="home",
        privacy_class="restricted",
        cache="miss",
        timings_ms={"embed": 2.0},
    )
    return msgspec.structs.replace(record, **changes)


async def written(database: Database, *records: RequestRecord) -> Overview:
    log = RequestLog(database)
    for record in records:
        log.add(record)
    await log.close()
    return Overview(database)


async def test_an_empty_window_has_no_percentiles_and_every_bucket(database: Database, tenant: str) -> None:
    snapshot = await Overview(database).snapshot(tenant, "hour", NOW)
    assert snapshot.totals.requests == 0
    assert snapshot.totals.p50_ms is None
    assert snapshot.totals.local_share is None
    assert snapshot.totals.cache_share is None
    assert snapshot.classes == {"public": 0, "internal": 0, "confidential": 0, "restricted": 0}
    assert len(snapshot.series) == BUCKETS["hour"][1]
    assert snapshot.latest == ()


async def test_requests_are_counted_by_outcome_place_class_and_cache(database: Database, tenant: str) -> None:
    overview = await written(
        database,
        answered(tenant, 1, duration_ms=100.0, timings_ms={"first_token": 40.0}),
        answered(tenant, 2, duration_ms=200.0, cache="hit", privacy_class="public"),
        answered(tenant, 3, duration_ms=300.0, location="cloud", privacy_class="public"),
        answered(tenant, 4, duration_ms=9000.0, outcome="failed", location=None, answered_by=None),
        answered(tenant, 5, outcome="refused", location=None, cache=None, privacy_class=None),
        answered(tenant, 6, outcome="cancelled", location=None, cache="bypass"),
    )
    snapshot = await overview.snapshot(tenant, "hour", NOW)
    totals = snapshot.totals
    assert (totals.requests, totals.answered, totals.refused, totals.failed, totals.cancelled) == (6, 3, 1, 1, 1)
    assert totals.local_share == 2 / 3
    assert totals.cache_share == 1 / 4
    assert (totals.p50_ms, totals.first_token_p50_ms) == (200.0, 40.0)
    assert totals.p95_ms is not None
    assert 200 < totals.p95_ms <= 300, "failures are no latency of answers"
    assert snapshot.classes == {"public": 2, "internal": 0, "confidential": 0, "restricted": 3}


async def test_a_request_falls_into_the_bucket_it_began_in(database: Database, tenant: str) -> None:
    overview = await written(
        database,
        answered(tenant, 1, started_at=NOW - timedelta(minutes=3)),
        answered(tenant, 2, started_at=NOW - timedelta(minutes=3), outcome="failed", location=None),
        answered(tenant, 3, started_at=NOW - timedelta(hours=2)),
    )
    hour = await overview.snapshot(tenant, "hour", NOW)
    filled = [b for b in hour.series if b.home or b.unanswered]
    assert [(b.start, b.home, b.cloud, b.unanswered, b.p50_ms) for b in filled] == [
        (datetime(2025, 7, 8, 12, 27, tzinfo=UTC), 1, 0, 1, 100.0)
    ]
    day = await overview.snapshot(tenant, "day", NOW)
    assert day.totals.answered == 2
    assert sum(b.home for b in day.series) == 2


async def test_the_latest_come_first_and_are_few(database: Database, tenant: str) -> None:
    moments = [NOW - timedelta(seconds=n) for n in range(LATEST + 5)]
    overview = await written(database, *(answered(tenant, n, started_at=at) for n, at in enumerate(moments)))
    snapshot = await overview.snapshot(tenant, "hour", NOW)
    assert [r.id for r in snapshot.latest] == [f"{tenant}-{n}" for n in range(LATEST)]


async def test_another_tenants_requests_are_not_seen(database: Database, tenant: str) -> None:
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [f"{tenant}-other"])
    overview = await written(database, answered(f"{tenant}-other", 1))
    snapshot = await overview.snapshot(tenant, "week", NOW)
    assert snapshot.totals.requests == 0
    assert snapshot.latest == ()
