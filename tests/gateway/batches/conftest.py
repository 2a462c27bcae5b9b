"""A gateway with files and batches on a real socket, its runner beside it, the official SDK before it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types import Batch

from tests.gateway.conftest import Server, listening
from tests.gateway.house import routes_of
from tests.gateway.openapi import departures
from tests.gateway.operating import operator
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.delegates import on_behalf
from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter
from vestibule.access.terms import UNLIMITED, Terms
from vestibule.batches import BatchStore, Runner
from vestibule.conversations import ResponseStore
from vestibule.core.settings import Limits, Settings
from vestibule.files import FileStore
from vestibule.gateway.application import build
from vestibule.gateway.batches.answering import Answers
from vestibule.gateway.batches.routes import Batching
from vestibule.gateway.embeddings import EmbeddingRoutes
from vestibule.gateway.ports import Component, ModelInfo
from vestibule.gateway.responses.kept import Keeping
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

CHAT = "/v1/chat/completions"
OVER = ("completed", "failed", "expired", "cancelled")


@dataclass
class Office:
    """`behind` is the pipeline that the lines of batches go through."""

    server: Server
    client: AsyncOpenAI
    keys: Keys
    tenant: str
    files: FileStore
    behind: ScriptedPipeline
    held: list[str]
    routes: list[str]

    async def upload(self, content: bytes, **how: Any) -> str:
        return (await self.client.files.create(file=("in.jsonl", content), purpose="batch", **how)).id

    async def batch(self, *lines: Mapping[str, Any], endpoint: Any = CHAT, **how: Any) -> Batch:
        file = await self.upload("\n".join(json.dumps(line) for line in lines).encode())
        return await self.client.batches.create(input_file_id=file, endpoint=endpoint, completion_window="24h", **how)

    async def over(self, batch: Batch) -> Batch:
        async with asyncio.timeout(60):
            while True:
                batch = await self.client.batches.retrieve(batch.id)
                if batch.status in OVER:
                    return batch
                await asyncio.sleep(0.05)

    async def lines(self, file: str | None) -> list[dict[str, Any]]:
        assert file
        return [json.loads(line) for line in (await self.client.files.content(file)).text.splitlines()]

    async def key(self, tenant: str | None = None, terms: Terms = UNLIMITED) -> str:
        return (await self.keys.create(tenant or self.tenant, ("inference",), terms=terms)).token

    def sdk(self, key: str) -> AsyncOpenAI:
        return self.client.with_options(api_key=key)


def asked(custom_id: str, question: str = "Why?", **fields: Any) -> dict[str, Any]:
    body = {"model": "auto", "messages": [{"role": "user", "content": question}], **fields}
    return {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}


@asynccontextmanager
async def office_of(
    database: Database,
    home: Path,
    tenant: str,
    embedder: MiniLM,
    *,
    per_minute: int = 100_000,
    behind_per_minute: int = 100_000,
) -> AsyncIterator[Office]:
    keys, tenant_keys = Keys(database), TenantKeys(database, home)
    limits = Limits(file_mib=2, body_mib=1, requests_per_minute=per_minute)
    access = Access.over(keys, limits.requests_per_minute)
    behind_access = on_behalf(database, Limiter(Limits(requests_per_minute=behind_per_minute)))
    behind = ScriptedPipeline(behind_access)
    keeping = Keeping(ResponseStore(database, tenant_keys), lambda: 30)
    files = FileStore(database, tenant_keys, limits.file_mib * 2**20)
    metrics = Metrics()
    answers = Answers(behind, behind_access, EmbeddingRoutes(behind_access, embedder, dict), keeping)
    runner = Runner(database, tenant_keys, files, answers, metrics.batch_request, lease_s=5, poll_s=0.05)
    key = (await keys.create(tenant, ("inference",))).token
    server = Server(0, ScriptedPipeline(access), metrics, key)
    held: list[str] = []

    async def readiness() -> Mapping[str, Component]:
        return {}

    async def hold(response: httpx.Response) -> None:
        """Every reply against OpenAI's published schema."""
        path = response.request.url.path
        if path.endswith("/content") and response.status_code == 200:
            return
        await response.aread()
        said = response.json()
        kind = "error" if "error" in said else "deleted" if "deleted" in said else said["object"]
        listed = {"/v1/files": "ListFilesResponse", "/v1/batches": "ListBatchesResponse"}
        schemas = {"error": "ErrorResponse", "deleted": "DeleteFileResponse", "file": "OpenAIFile", "batch": "Batch"}
        schema = schemas.get(kind) or listed[path]
        held.append(schema)
        assert list(departures(said, schema)) == [], said

    app = build(
        server.pipeline,
        access,
        embedder,
        lambda: [ModelInfo(name) for name in ("auto", embedder.name)],
        readiness,
        metrics,
        Settings(limits=limits),
        operator=operator(Trail(database, home)),
        responses=keeping,
        batching=Batching(files, BatchStore(database, tenant_keys), runner.wake),
    )
    async with (
        listening(app) as server.port,
        AsyncOpenAI(
            base_url=f"http://127.0.0.1:{server.port}/v1",
            api_key=key,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(event_hooks={"response": [hold]}),
        ) as client,
    ):
        running = asyncio.create_task(runner.run_forever())
        try:
            routes = [f"{method} {path}" for method, path in routes_of(app)]
            yield Office(server, client, keys, tenant, files, behind, held, routes)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def office(database: Database, storage_home: Path, tenant: str, embedder: MiniLM) -> AsyncIterator[Office]:
    async with database.owner() as connection:
        # a runner serves every tenant: nothing of an earlier test may be left for it
        await connection.execute("DELETE FROM batches")
    async with office_of(database, storage_home, tenant, embedder) as opened:
        yield opened
