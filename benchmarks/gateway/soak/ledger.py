"""Whether the house's books agree with what its clients saw: rows = replies, audit = what reached a model."""

from __future__ import annotations

import os

import aiohttp
import msgspec
from benchmarks.gateway.checks import SETTLED_S
from benchmarks.gateway.soak.house import MODELS, NARROW, TENANTS, House
from benchmarks.gateway.soak.tally import Tally

from vestibule.core.settings import Settings
from vestibule.storage.database import Database

SETTLING_S = 3 * SETTLED_S
"""After the last reply, until every row is written and what was closed is gone."""
COUNTED = [*TENANTS, NARROW]
_BOOKS = """
    WITH rows AS (SELECT * FROM requests WHERE tenant = ANY(%(tenants)s)),
         decided AS (SELECT * FROM audit_records WHERE tenant = ANY(%(tenants)s) AND kind = 'decision')
    SELECT (SELECT count(*) FROM rows),
           (SELECT count(*) FROM rows WHERE cache = 'hit'),
           (SELECT count(*) FROM rows WHERE outcome = 'failed'),
           (SELECT count(*) FROM decided),
           (SELECT count(*) FROM decided WHERE model = ANY(%(models)s)),
           (SELECT count(*) FROM decided WHERE request_id NOT IN (SELECT id FROM rows)),
           (SELECT count(*) FROM rows WHERE outcome = 'answered' AND cache IS DISTINCT FROM 'hit'
                AND id NOT IN (SELECT request_id FROM decided)),
           (SELECT coalesce(sum(lost), 0) FROM audit_records)
"""


class Books(msgspec.Struct, frozen=True):
    """Of all tenants of the soak. `to_servers` are decisions to send to one of the paced model servers."""

    requests: int
    from_cache: int
    failed: int
    audited: int
    to_servers: int
    audited_without_request: int
    answered_without_audit: int
    lost: int


async def books(house: House) -> Books:
    database = await Database.open(Settings.load(None, {**os.environ, "VESTIBULE_HOME": str(house.home)}))
    try:
        async with database.owner() as connection:
            found = await connection.execute(_BOOKS, {"tenants": COUNTED, "models": list(MODELS)})
            row = await found.fetchone()
    finally:
        await database.close()
    assert row is not None
    return Books(*map(int, row))


async def usage(house: House) -> int:
    """Requests by what the house reports to its administrator."""
    url = f"http://127.0.0.1:{house.port}/admin/v1/usage"
    headers = {"Authorization": f"Bearer {house.admin}"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as reply:
        told = await reply.json()
    return sum(used["requests"] for used in told["data"] if used["tenant"] in COUNTED)


def disagreements(found: Books, tally: Tally, *, used: int, reached: int) -> list[str]:
    """What does not agree; `reached` is how many requests the model servers got."""
    expected = {
        "rows of requests = replies": (found.requests, tally.rows),
        "requests in the usage report = replies": (used, tally.rows),
        "rows from the cache = replies that said so": (found.from_cache, tally.hits),
        "audited sends to the model servers = requests that reached them": (found.to_servers, reached),
        "audit records without a request": (found.audited_without_request, 0),
        "answers of a model without an audit record": (found.answered_without_audit, 0),
        "requests that failed": (found.failed, 0),
        "audit records lost": (found.lost, 0),
    }
    return [f"{what}: {is_} instead of {should}" for what, (is_, should) in expected.items() if is_ != should]
