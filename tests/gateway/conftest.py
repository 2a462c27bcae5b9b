"""A gateway on a real socket, with real keys in a real database behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from openai import AsyncOpenAI
from starlette.types import ASGIApp

from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import Keys
from vestibule.access.terms import UNLIMITED, Terms
from vestibule.conversations import ResponseStore
from vestibule.core.ports import EmbeddingModel
from vestibule.core.settings import Limits, Settings
from vestibule.gateway.application import Operator, build
from vestibule.gateway.connection import Connection
from vestibule.gateway.ports import Component, ModelInfo
from vestibule.gateway.responses.kept import Keeping
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

MODELS = tuple(ModelInfo(name, 1_764_000_000) for name in ("auto", "extractive", MiniLM.name))


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Server:
    """The gateway under test, as those outside see it."""

    port: int
    pipeline: ScriptedPipeline
    metrics: Metrics
    key: str | None
    components: dict[str, Component] = field(default_factory=dict)

    def sdk(self, key: str | None = None, **headers: str) -> AsyncOpenAI:
        return AsyncOpenAI(
            base_url=f"http://127.0.0.1:{self.port}/v1",
            api_key=key or self.key or "any",
            max_retries=0,
            default_headers=headers,
        )

    async def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> Reply:
        """Send one request; a body that is not bytes is sent as JSON. None as a header leaves it out."""
        payload = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        fields = {"host": f"127.0.0.1:{self.port}", "connection": "close"}
        if key or self.key:
            fields["authorization"] = f"Bearer {key or self.key}"
        if body is not None:
            fields |= {"content-type": "application/json", "content-length": str(len(payload))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return await self.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + payload)

    async def chat(self, question: str, **fields: object) -> Reply:
        body = {"model": "auto", "messages": [{"role": "user", "content": question}], **fields}
        return await self.ask("POST", "/v1/chat/completions", body)

    async def raw(self, request: bytes) -> Reply:
        """Send bytes as they are and read to the end of the connection."""
        async with self.connection() as (reader, writer):
            writer.write(request)
            return parse(await reader.read())

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def parse(answer: bytes) -> Reply:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(_chunks(body))
    return Reply(int(status.split()[1]), headers, body)


def _chunks(body: bytes) -> list[bytes]:
    chunks = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        chunks.append(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    return chunks


@asynccontextmanager
async def listening(app: ASGIApp, protocol: type[Connection] = Connection) -> AsyncIterator[int]:
    """Serve `app` by uvicorn in this event loop, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            log_config=None,
            log_level="error",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.005)
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


class Serve:
    """Starts gateways; everything started is stopped at the end of the test."""

    def __init__(self, database: Database, home: Path, tenant: str, embedder: MiniLM, stack: AsyncExitStack) -> None:
        self._home = home
        self._embedder = embedder
        self._keys = Keys(database)
        self._tenant = tenant
        self._stack = stack

    async def key(self, *scopes: str, tenant: str | None = None, terms: Terms = UNLIMITED) -> str:
        return (await self._keys.create(tenant or self._tenant, scopes, terms=terms)).token

    async def __call__(
        self,
        *,
        demo: bool = False,
        limits: Limits | None = None,
        settings: Settings | None = None,
        body_timeout_s: float = 5.0,
        mounts: Sequence[tuple[str, ASGIApp]] = (),
        embedding_models: Mapping[str, EmbeddingModel] | None = None,
        protocol: type[Connection] = Connection,
        operator: Operator | None = None,
    ) -> Server:
        limits = limits or Limits()
        access = Access.over(self._keys, limits.requests_per_minute, open_to_loopback=demo)
        server = Server(0, ScriptedPipeline(access), Metrics(), None if demo else await self.key("inference"))

        async def readiness() -> Mapping[str, Component]:
            return server.components

        app = build(
            server.pipeline,
            access,
            self._embedder,
            lambda: MODELS,
            readiness,
            server.metrics,
            settings or Settings(limits=limits),
            mounts,
            embedding_models=lambda: embedding_models or {},
            operator=operator,
            responses=Keeping(
                ResponseStore(self._keys.database, TenantKeys(self._keys.database, self._home)), lambda: 30
            ),
            body_timeout_s=body_timeout_s,
        )
        server.port = await self._stack.enter_async_context(listening(app, protocol))
        return server


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(tmp_path_factory.mktemp("embedder"))
    yield loaded
    loaded.close()


@pytest.fixture
async def serve(database: Database, storage_home: Path, tenant: str, embedder: MiniLM) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:
        yield Serve(database, storage_home, tenant, embedder, stack)


@pytest.fixture
async def server(serve: Serve) -> Server:
    """A gateway that wants a key; `server.key` has the scope inference."""
    return await serve()


@pytest.fixture
async def demo(serve: Serve) -> Server:
    """A gateway open to this machine."""
    return await serve(demo=True)
