"""`vestibule limits` and `usage` on a real database, as an operator types them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vestibule.access.keys import Keys
from vestibule.cli.commands import commands
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.storage.database import Database


@pytest.fixture(autouse=True)
def home(storage_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(storage_home))


async def run(*words: str) -> Result:
    """Raise our own errors as `main` would print them."""
    result = await asyncio.to_thread(CliRunner().invoke, commands, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def listed(id: str) -> list[Any]:
    told = [json.loads(line) for line in (await run("limits", "list", "--json")).stdout.splitlines()]
    return [one for one in told if one["id"] == id]


async def test_limits_are_set_listed_and_reset(database: Database, tenant: str) -> None:
    key = (await Keys(database).create(tenant, ["inference"])).key
    await run("limits", "set", "key", key.id, "requests_per_minute=30", "eur_per_month=2.5")
    assert await listed(key.id) == [
        {"kind": "key", "id": key.id, "requests_per_minute": 30, "eur_per_month": 2.5},
    ]
    async with database.tenant(tenant) as connection:
        assert await (await connection.execute("SELECT id FROM limits")).fetchall() == [(key.id,)]
    await run("limits", "set", "tenant", tenant, "concurrency=4")
    assert f"tenant {tenant}: concurrency 4" in (await run("limits", "list")).output
    for kind, id in (("key", key.id), ("tenant", tenant)):
        await run("limits", "reset", kind, id)
        assert await listed(id) == []


@pytest.mark.parametrize("said", ["requests_per_minute=0", "requests_per_minute=many", "per_minute=3", "concurrency"])
async def test_what_is_no_limit_is_said(said: str) -> None:
    with pytest.raises(InvalidRequest, match="Limits are: requests_per_minute"):
        await run("limits", "set", "tenant", "t", said)


async def test_a_key_there_is_not(database: Database) -> None:
    with pytest.raises(NotFound):
        await run("limits", "set", "key", "nobody", "concurrency=3")


async def test_usage(database: Database, tenant: str) -> None:
    log = RequestLog(database)
    now = datetime.now(UTC)
    log.add(RequestRecord(f"{tenant}-1", tenant, "k", now, 5.0, "gpt", "answered", "gpt", "cloud", cost_eur=0.25))
    await log.close()
    (used,) = (await run("usage", "--tenant", tenant, "--json")).stdout.splitlines()
    assert (json.loads(used)["model"], json.loads(used)["cost_eur"]) == ("gpt", 0.25)
    assert "1 requests  0 + 0 tokens  0.2500 EUR" in (await run("usage", "--tenant", tenant)).output
    assert (await run("usage", "--tenant", tenant, "--since", "2999-01-01")).output == ""
