"""The audit trail's cost: keeps and notes a second, how long a keep takes, and how long 100,000 records verify.

`python -m benchmarks.privacy_audit` prints one JSON object. A real PostgreSQL in a home of its own, durable commits.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from vestibule.core.settings import Settings
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.storage.server import EmbeddedServer

BODY = b"x" * 1500
RECORDS = 100_000
PACED_S = 5.0


def decision(name: int, body: bytes = BODY) -> Decision:
    return Decision(
        at=datetime.now(UTC),
        request_id=f"chatcmpl-{name:024x}",
        tenant=f"tenant-{name % 20}",
        who="key-1",
        level="confidential",
        reasons=("PERSON: pseudonymise", "ADDRESS: pseudonymise"),
        policy="7",
        destination="https://cloud.example:443",
        model="big",
        action="cleared" if body else "home",
        body=body,
    )


async def measure(home: Path) -> dict[str, float]:
    database = await Database.open(Settings(home=home))
    audit, trail = Audit(database, TenantKeys(database, home), home), Trail(database, home)
    await audit.start()
    figures = await paced_keeps(audit, 1000)
    cpu = time.process_time()
    figures |= {"keeps_per_s_64_at_once": await keeps(audit, 64, 10_000)}
    figures |= {"keep_cpu_us": (time.process_time() - cpu) * 100}
    figures |= {"keeps_per_s_alone": await keeps(audit, 1, 500)}
    figures |= await notes(audit, trail)
    await audit.close()
    begun, cpu = time.perf_counter(), time.process_time()
    found = await trail.verify()
    figures |= {
        "verified_records": found.records,
        "verify_s": time.perf_counter() - begun,
        "verify_cpu_s": time.process_time() - cpu,
        "proven": float(found.proven),
        "lost": audit.lost,
    }
    await database.close()
    return figures


async def paced_keeps(audit: Audit, per_s: int) -> dict[str, float]:
    """Keeps that come at a steady rate, whether or not those before are done: what each of them waits."""
    waits: list[float] = []

    async def one(name: int) -> None:
        begun = time.perf_counter()
        await audit.keep(decision(name))
        waits.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    tasks: list[asyncio.Task[None]] = []
    while (now := time.perf_counter() - begun) < PACED_S:
        tasks += [asyncio.create_task(one(name)) for name in range(len(tasks), int(now * per_s))]
        await asyncio.sleep(0.001)
    await asyncio.gather(*tasks)
    cuts = statistics.quantiles(waits, n=100)
    achieved = len(tasks) / (time.perf_counter() - begun)
    return {"paced_keeps_per_s": achieved, "keep_ms_p50": cuts[49], "keep_ms_p99": cuts[98]}


async def keeps(audit: Audit, at_once: int, count: int) -> float:
    async def many(first: int) -> None:
        for name in range(first, count, at_once):
            await audit.keep(decision(name))

    begun = time.perf_counter()
    await asyncio.gather(*(many(first) for first in range(at_once)))
    return count / (time.perf_counter() - begun)


async def notes(audit: Audit, trail: Trail) -> dict[str, float]:
    """Fill the trail up to `RECORDS` with notes, in waves that fit the queue."""
    left = RECORDS - (await trail.verify()).records
    begun, taken = time.perf_counter(), 0.0
    for wave in range(0, left, 10_000):
        start = time.perf_counter()
        for name in range(wave, min(wave + 10_000, left)):
            audit.note(decision(name, body=b""))
        taken += time.perf_counter() - start
        await audit.keep(decision(wave))
    return {"notes_per_s": left / (time.perf_counter() - begun), "note_us": taken / left * 1e6}


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="vestibule-audit-"))
    server = EmbeddedServer(home, Settings().postgres_user)
    try:
        figures = uvloop.run(measure(home))
    finally:
        server.wait_stopped()
        shutil.rmtree(home)
    figures["load_average"] = os.getloadavg()[0]
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
