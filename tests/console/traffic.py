"""A day of traffic for the page Routing: answers at home and outside, and an experiment with its results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import msgspec

from vestibule.core.answer import Predicted
from vestibule.core.configuration import Arm, Document, Experiment, SamplingPreset
from vestibule.monitoring.requests import Participation, RequestLog, RequestRecord
from vestibule.routing.experiments.assignment import edition
from vestibule.storage.database import Database

ARMS = (Arm("as-it-was"), Arm("cooler", sampling=SamplingPreset(temperature=0.2)), Arm("coldest"))
QUALITY = {"as-it-was": 0.62, "cooler": 0.93, "coldest": 0.6}


def answered(tenant: str, at: datetime | None = None, **changes: object) -> RequestRecord:
    """An answer at home that took 420 ms, begun now unless it is said when."""
    record = RequestRecord(
        id=f"routed-{uuid4().hex}",
        tenant=tenant,
        key_id="key",
        started_at=at or datetime.now(UTC),
        duration_ms=420.0,
        model="auto",
        outcome="answered",
        answered_by="qwen3:4b",
        location="home",
        privacy_class="internal",
        cache="miss",
        timings_ms={"first_token": 80.0},
        home_eur=0.0001,
        predicted=Predicted(0.1, 0.5, "measured"),
    )
    return msgspec.structs.replace(record, **changes)


def outside(tenant: str, at: datetime | None = None, **changes: object) -> RequestRecord:
    record = answered(
        tenant,
        at,
        answered_by="large",
        location="cloud",
        privacy_class="public",
        cost_eur=0.012,
        cloud_eur=0.012,
        home_eur=0.0,
        timings_ms={"first_token": 610.0},
        duration_ms=2900.0,
        predicted=Predicted(0.55, 3.1, "stated"),
    )
    return msgspec.structs.replace(record, **changes)


def a_day(tenant: str, count: int = 240) -> Iterator[RequestRecord]:
    random, now = Random(7), datetime.now(UTC)
    for n in range(count):
        at = now - timedelta(hours=23 * random.random() ** 1.4, minutes=1)
        if n % 30 == 0:
            yield outside(tenant, at, duration_ms=random.gauss(2900, 400))
        elif n % 41 == 0:
            yield answered(tenant, at, outcome="failed", answered_by=None, location=None, predicted=None)
        else:
            first = random.gauss(80, 12)
            model = "extractive" if n % 5 == 0 else "qwen3:4b"
            yield answered(
                tenant,
                at,
                answered_by=model,
                timings_ms={"first_token": first},
                cloud_eur=0.004,
                kwh=0.0002,
                co2e_g=0.08,
            )


def experiment(tenant: str) -> Experiment:
    """One of this tenant's own name: what came of it and what was stopped stays with that."""
    return Experiment(f"cooler-{tenant}", ARMS, metric="quality")


def participating(tenant: str, units: int = 120) -> Iterator[RequestRecord]:
    random, tried = Random(3), experiment(tenant)
    for arm in tried.arms:
        for n in range(units if arm.id != "coldest" else 12):
            quality = min(max(random.gauss(QUALITY[arm.id], 0.12), 0.0), 1.0)
            took_part = Participation(tried.id, edition(tried), arm.id, f"{arm.id}-{n}")
            yield answered(tenant, quality=quality, experiments=(took_part,))


def with_experiment(tenant: str) -> Document:
    return Document(experiments=(experiment(tenant),))


async def log(database: Database, *records: RequestRecord) -> None:
    """Have them written."""
    requests = RequestLog(database)
    for record in records:
        requests.add(record)
    await requests.close()
