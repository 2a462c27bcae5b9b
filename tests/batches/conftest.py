"""Batches over the real database, answered by somebody who does what the line says."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from vestibule.batches import Batch, BatchStore, Reply, Runner
from vestibule.core import errors
from vestibule.core.caller import Caller
from vestibule.core.sensitivity import PrivacyClass
from vestibule.files import LIFE, FileStore
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database

CHAT = "/v1/chat/completions"
OVER = ("completed", "failed", "expired", "cancelled")


class Scripted:
    """Answers with what it was asked. `gate` holds every answer up while it is there."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.owners: set[Caller] = set()
        self.gate: asyncio.Event | None = None
        self.begun = asyncio.Event()

    async def answer(self, owner: Caller, endpoint: str, body: bytes) -> Reply:
        said = json.loads(body)["say"]
        self.asked[said] += 1
        self.owners.add(owner)
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        first = self.asked[said] == 1
        if said.startswith("limited") and first:
            raise errors.RateLimited("Too many.", retry_after_s=0.01)
        if said.startswith("flaky") and first:
            raise errors.UpstreamFailed("It failed.", fault="cut")
        if said.startswith("away") and first:
            raise errors.Unavailable("Away.")
        if said.startswith("never"):
            raise errors.NoCandidate("Nobody.")
        if said.startswith("wrong"):
            raise errors.InvalidRequest("No.")
        if said.startswith("crash"):
            raise RuntimeError("a secret")
        return Reply(200, json.dumps({"said": said, "on": endpoint}).encode())

    def refusal(self, error: Exception) -> Reply:
        code = error.code if isinstance(error, errors.VestibuleError) else "internal"
        return Reply(400, json.dumps({"error": {"code": code, "message": str(error)[:0]}}).encode())


@dataclass
class House:
    database: Database
    keys: TenantKeys
    tenant: str
    files: FileStore
    store: BatchStore
    answering: Scripted = field(default_factory=Scripted)
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def owner(self) -> Caller:
        return Caller(self.tenant, "k1", frozenset({"inference"}), PrivacyClass.CONFIDENTIAL, frozenset({"m"}))

    def runner(self, answering: Scripted | None = None, lease_s: float = 5.0, at_once: int = 4) -> Runner:
        return Runner(
            self.database,
            self.keys,
            self.files,
            answering or self.answering,
            lambda outcome: self.counted.update([outcome]),
            lease_s=lease_s,
            poll_s=0.05,
            at_once=at_once,
        )

    @asynccontextmanager
    async def working(self, runner: Runner | None = None) -> AsyncIterator[Runner]:
        runner = runner or self.runner()
        task = asyncio.create_task(runner.run_forever())
        try:
            yield runner
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def upload(self, content: bytes) -> str:
        async with self.files.writing(self.tenant) as writing:
            await writing.write(content)
            return (await writing.finish("in.jsonl", "batch", PrivacyClass.CONFIDENTIAL)).id

    async def batch(self, *says: str, content: bytes | None = None, **how: Any) -> Batch:
        lines = [line(f"c{n}", say) for n, say in enumerate(says, 1)]
        file = await self.upload("\n".join(lines).encode() if content is None else content)
        return await self.store.create(self.owner, how.pop("endpoint", CHAT), file, LIFE, how.pop("metadata", None))

    async def over(self, batch: Batch, *states: str) -> Batch:
        async with asyncio.timeout(60):
            while True:
                batch = await self.get(batch)
                if batch.status in (states or OVER):
                    return batch
                await asyncio.sleep(0.03)

    async def get(self, batch: Batch) -> Batch:
        return await self.store.get(self.tenant, batch.id, PrivacyClass.RESTRICTED)

    async def lines(self, file: str | None) -> list[dict[str, Any]]:
        assert file
        parts = [p async for p in self.files.content(self.tenant, file, PrivacyClass.CONFIDENTIAL)]
        return [json.loads(line) for line in b"".join(parts).splitlines()]

    async def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        async with self.database.owner() as connection:
            cursor = await connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def hurry(self) -> None:
        """What waits for a while need not any more."""
        await self.execute("UPDATE batch_lines SET not_before = now() WHERE tenant = %s AND state = 0", self.tenant)
        await self.execute("UPDATE batches SET rests_until = now() WHERE tenant = %s", self.tenant)


def line(custom_id: str, say: str, /, **fields: object) -> str:
    return json.dumps(
        {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": {"model": "m", "say": say}} | fields
    )


@pytest.fixture
async def house(database: Database, storage_home: Path, tenant: str) -> House:
    keys = TenantKeys(database, storage_home)
    made = House(database, keys, tenant, FileStore(database, keys, 2**26), BatchStore(database, keys))
    # runners serve every tenant: nothing of an earlier test may be left for them
    await made.execute("DELETE FROM batches")
    return made
