"""Whether a run was honest: nothing skipped, nothing lost. Without that there is no figure."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from vestibule.core.settings import Settings
from vestibule.storage.database import Database

SETTLED_S = 1.0
_ROWS = """
    SELECT count(*), count(*) FILTER (WHERE cache = 'hit'), count(*) FILTER (WHERE outcome <> 'answered'),
           count(*) FILTER (WHERE privacy_class = 'confidential'), (SELECT count(*) FROM audit_records
           WHERE tenant = 'bench' AND kind = 'decision'), (SELECT coalesce(sum(lost), 0) FROM audit_records)
    FROM requests WHERE tenant = 'bench'
"""


class Counted(msgspec.Struct, frozen=True):
    """What stands in the database of the tenant `bench`."""

    requests: int
    from_cache: int
    not_answered: int
    confidential: int
    audited: int
    lost: int


async def counted(home: Path) -> Counted:
    """After the last rows, which are written behind the answers."""
    await asyncio.sleep(SETTLED_S)
    database = await Database.open(Settings.load(None, {**os.environ, "VESTIBULE_HOME": str(home)}))
    try:
        async with database.owner() as connection:
            row = await (await connection.execute(_ROWS)).fetchone()
    finally:
        await database.close()
    assert row is not None
    return Counted(*map(int, row))


def faults(found: Counted, *, replies: int, answered_upstream: int, planted: int, home: Path) -> list[str]:
    """What is wrong with a run whose load generator had so many `replies` and planted so many addresses."""
    expected = {
        "rows of requests = replies": (found.requests, replies),
        "rows of the audit = requests that reached a model": (found.audited, answered_upstream),
        "requests not from the cache = requests that reached a model": (
            found.requests - found.from_cache,
            answered_upstream,
        ),
        "confidential requests = planted addresses": (found.confidential, planted),
        "requests not answered": (found.not_answered, 0),
        "audit records lost": (found.lost, 0),
    }
    wrong = [f"{what}: {is_} instead of {should}" for what, (is_, should) in expected.items() if is_ != should]
    return wrong + unproven(home)


def unproven(home: Path) -> list[str]:
    """What `vestibule audit verify` has against the audit chain; nothing where it is proven."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("vestibule")), "audit", "verify", "--json"],
        env={**os.environ, "VESTIBULE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return [f"vestibule audit verify: {(done.stdout or done.stderr)[:300]}"]
    return [] if json.loads(done.stdout)["proven"] else ["vestibule audit verify does not call it proven"]
