"""`vestibule keys`, `tenants` and `users` on a real database, as an operator types them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vestibule.access.keys import Keys, digest_of
from vestibule.cli.commands import commands
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.storage.database import Database


class Operator:
    def __init__(self, database: Database) -> None:
        self.keys = Keys(database)

    async def run(self, *words: str) -> Result:
        """Raise our own errors as `main` would print them."""
        result = await asyncio.to_thread(CliRunner().invoke, commands, list(words))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    async def told(self, *words: str) -> list[Any]:
        result = await self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    async def works(self, token: str) -> bool:
        return await self.keys.find(digest_of(token)) is not None


@pytest.fixture
def operator(database: Database, storage_home: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.setenv("VESTIBULE_HOME", str(storage_home))
    return Operator(database)


async def test_a_key_s_life(operator: Operator, tenant: str) -> None:
    [made] = await operator.told("keys", "create", "--tenant", tenant, "--scope", "inference", "--scope", "audit")
    assert made == {"id": made["id"], "key": made["key"], "tenant": tenant, "scopes": ["inference", "audit"]}
    assert await operator.works(made["key"])
    [rotated] = await operator.told("keys", "rotate", made["id"], "--overlap", "1h")
    until = datetime.fromisoformat(rotated["previous_until"])
    assert timedelta(minutes=59) < until - datetime.now(UTC) < timedelta(minutes=61)
    assert [await operator.works(made["key"]), await operator.works(rotated["key"])] == [True, True]
    said = await operator.run("keys", "revoke", made["id"])
    assert said.output == f"Revoked {made['id']}.\n"
    assert [await operator.works(made["key"]), await operator.works(rotated["key"])] == [False, False]
    [listed] = [key for key in await operator.told("keys", "list") if key["id"] == made["id"]]
    assert (listed["state"], listed["prefix"]) == ("revoked", f"vst_{made['id']}_")


async def test_what_it_may_is_said_and_shown(operator: Operator, tenant: str) -> None:
    said = await operator.run(
        *("keys", "create", "--tenant", tenant, "--name", "dashboard", "--model", "auto", "--class", "internal"),
        *("--origin", "https://app.example", "--network", "10.0.0.0/8", "--expires", "90d"),
    )
    assert said.exit_code == 0, said.output
    assert "Shown only now." in said.output
    [key] = await operator.keys.list(tenant)
    assert (key.terms.models, key.terms.clearance.label, key.terms.origins) == (
        ("auto",),
        "internal",
        ("https://app.example",),
    )
    assert key.terms.expires_at is not None
    assert timedelta(days=89) < key.terms.expires_at - datetime.now(UTC) < timedelta(days=91)
    listed = (await operator.run("keys", "list")).output
    [line] = [line for line in listed.splitlines() if key.id in line]
    assert "dashboard class≤internal models=auto expires=" in line


async def test_an_old_secret_that_still_works_is_shown(operator: Operator, tenant: str) -> None:
    [made] = await operator.told("keys", "create", "--tenant", tenant)
    said = (await operator.run("keys", "rotate", made["id"])).output
    assert "The old secret works until" in said
    [line] = [line for line in (await operator.run("keys", "list")).output.splitlines() if made["id"] in line]
    assert "old secret until" in line
    [at_once] = await operator.told("keys", "rotate", made["id"], "--overlap", "0")
    assert await operator.works(at_once["key"])


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create"),
        ("keys", "create", "--tenant", "t", "--expires", "soon"),
        ("keys", "create", "--tenant", "t", "--class", "secret"),
        ("keys", "rotate", "x", "--overlap", "1 week"),
        ("users", "add", "--tenant", "t", "--name", "A", "--role", "emperor"),
    ],
)
async def test_wrong_usage_is_2(operator: Operator, words: tuple[str, ...]) -> None:
    assert (await operator.run(*words)).exit_code == 2


async def test_what_is_not_there_is_said(operator: Operator) -> None:
    for words in (("keys", "revoke", "nobody"), ("keys", "rotate", "nobody"), ("tenants", "disable", "nobody-here")):
        with pytest.raises(NotFound):
            await operator.run(*words)
    with pytest.raises(NotFound):
        await operator.run("users", "remove", "nobody")


async def test_tenants(operator: Operator, tenant: str) -> None:
    name = f"{tenant}-new"
    [made] = await operator.told("tenants", "create", name, "--name", "New House")
    assert (made["id"], made["name"], made["disabled_at"]) == (name, "New House", None)
    with pytest.raises(InvalidRequest):
        await operator.run("tenants", "create", name)
    [key] = await operator.told("keys", "create", "--tenant", name)
    assert "disabled" in (await operator.run("tenants", "disable", name)).output
    assert not await operator.works(key["key"])
    assert "active" in (await operator.run("tenants", "enable", name)).output
    assert await operator.works(key["key"])
    assert f"{name}  active    New House" in " ".join((await operator.run("tenants", "list")).output.split("\n"))
    assert name in [one["id"] for one in await operator.told("tenants", "list")]


async def test_users(operator: Operator, tenant: str) -> None:
    [anna] = await operator.told(
        *("users", "add", "--tenant", tenant, "--name", "Anna", "--role", "operator"),
        *("--issuer", "https://login.example", "--subject", "a1"),
    )
    [key] = await operator.told("keys", "create", "--tenant", tenant, "--user", anna["id"])
    [changed] = await operator.told("users", "change", anna["id"], "--role", "auditor", "--disable")
    assert changed["role"] == "auditor"
    assert changed["disabled_at"]
    assert not await operator.works(key["key"])
    listed = (await operator.run("users", "list", "--tenant", tenant)).output
    assert listed.split() == [
        *(anna["id"], "disabled", tenant, "auditor", "Anna", "a1", "at", "https://login.example"),
    ]
    assert (await operator.told("users", "change", anna["id"], "--enable"))[0]["disabled_at"] is None
    assert await operator.works(key["key"])
    assert f"Removed {anna['id']}." in (await operator.run("users", "remove", anna["id"])).output
    assert await operator.told("users", "list", "--tenant", tenant) == []
