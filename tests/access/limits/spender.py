"""A worker of its own: spends the worst case of so many requests at a cloud model, and prints how many it was let."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from vestibule.access.limits import Limiter
from vestibule.access.limits.claims import NANO
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.access.limits.table import Table
from vestibule.core.answer import Usage
from vestibule.core.caller import Caller
from vestibule.core.chat import Message, Sampling
from vestibule.core.errors import BudgetExceeded
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import Allowance, Limits, ModelSettings, Prices, Settings
from vestibule.providers.base import Chunk
from vestibule.storage.database import Database

COST = 1200 * 1000
MODEL = ModelSettings("cloud", "p", "cloud", prices=Prices(input=2.0, output=10.0))
ASKED = ModelRequest((Message("user", "x" * 84),), sampling=Sampling(max_tokens=100))


def limits(tenant: str, requests: int) -> Limits:
    allowed = Allowance(eur_per_month=requests * COST / NANO)
    return Limits(requests_per_minute=1_000_000, tenants={tenant: allowed})


async def main(home: str, folder: str, tenant: str, budget: str, times: str, then: str) -> None:
    database = await Database.open(Settings(home=Path(home)))
    table = Table(Ground.shared(Path(folder)))
    limiter = Limiter(
        limits(tenant, int(budget)), [MODEL], table=table, books=PostgresBooks(database, f"host-{tenant}")
    )
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    done = 0
    for _ in range(int(times)):
        reservation = await limiter.admit(Caller(tenant, "k", frozenset()))
        try:
            with await reservation.attempt("cloud", "cloud", ASKED) as charge:
                charge.sending()
                await asyncio.sleep(0)
                charge.hear(Chunk(usage=Usage(100, 100)))
            done += 1
        except BudgetExceeded:
            pass
        finally:
            reservation.close()
    print(done, flush=True)
    if then == "stay":
        await asyncio.sleep(60)
    table.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
