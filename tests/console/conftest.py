"""The console on a real socket behind the real gateway, with real keys and a real database; and a real browser."""

from __future__ import annotations

import http.cookies
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import pytest
from playwright.async_api import Browser, async_playwright

from tests.console.scripted import PASSAGE, SYSTEM, ScriptedExplaining, ScriptedPipeline, check_by_script, model
from tests.gateway.conftest import Reply, listening, parse
from tests.gateway.conftest import Server as Gateway
from vestibule.access import Access
from vestibule.access.keys import Keys
from vestibule.configuration.office import Office
from vestibule.configuration.rules import KnownModel
from vestibule.configuration.store import Versions
from vestibule.console.application import build as build_console
from vestibule.console.routing.page import RoutingSources
from vestibule.core.evidence import Passage
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import ModelSettings, Prices, Settings
from vestibule.gateway.application import build as build_gateway
from vestibule.gateway.experiments import promote
from vestibule.gateway.ports import Component
from vestibule.monitoring.departures import Departures
from vestibule.monitoring.overview import Overview
from vestibule.monitoring.routing import RoutingLog
from vestibule.monitoring.savings import SavingsLog
from vestibule.monitoring.status import SystemStatus
from vestibule.providers.embedder import MiniLM
from vestibule.routing.catalogue import Catalogue
from vestibule.routing.cost import Costing
from vestibule.routing.experiments import Experiments
from vestibule.routing.tasks import TaskReader
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

EXAMPLES = ("Why was the electricity use high?", "How does the night setback work?")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class OnePassage:
    """Knowledge with a single passage in it."""

    async def quoting(self, tenant: str, document_id: str, quote: str) -> Passage | None:
        if document_id != "log-1" or quote not in PASSAGE:
            return None
        return Passage("chunk-1", "log-1", "Maintenance log", "§ July", PASSAGE, 0.0, PrivacyClass.RESTRICTED)


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, and reads the form token from the pages it is shown."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""

    async def get(self, path: str) -> Reply:
        reply = await self._send("GET", path, {})
        found = re.search(rb'name="form-token" content="([0-9a-f]+)"', reply.body)
        if found:
            self.form_token = found.group(1).decode()
        return reply

    async def post(self, path: str, body: object, **headers: str) -> Reply:
        sent = {"content-type": "application/json", "x-form-token": self.form_token}
        return await self._send("POST", path, sent | headers, json.dumps(body).encode())

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        async with self.gateway().connection() as (reader, writer):
            writer.write(self.encode(method, path, headers, body))
            raw = await reader.read()
        for line in raw.partition(b"\r\n\r\n")[0].decode().split("\r\n"):
            if line.lower().startswith("set-cookie:"):
                for name, morsel in http.cookies.SimpleCookie(line.partition(":")[2]).items():
                    self.cookies[name] = morsel.value
        return parse(raw)

    def encode(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        fields = {"host": f"127.0.0.1:{self.port}", "connection": "close", "content-length": str(len(body)), **headers}
        if self.cookies:
            fields["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body

    def gateway(self) -> Gateway:
        return Gateway(self.port, None, Metrics(), None)  # type: ignore[arg-type]  # only its connection is used


@dataclass
class Served:
    """A console under test and what stands behind it."""

    port: int
    pipeline: ScriptedPipeline
    keys: Keys
    tenant: str
    explain: ScriptedExplaining
    routing: RoutingSources
    stopping: bool = False
    status: SystemStatus = SYSTEM

    async def system(self) -> SystemStatus:
        return self.status

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/console"

    def visitor(self) -> Visitor:
        return Visitor(self.port)


class Serve:
    def __init__(self, database: Database, tenant: str, embedder: MiniLM, stack: AsyncExitStack) -> None:
        self.database = database
        self._tenant = tenant
        self._embedder = embedder
        self._stack = stack

    async def __call__(self, *, demo: bool) -> Served:
        keys = Keys(self.database)
        access = Access.over(keys, 6000, open_to_loopback=demo)
        catalogue = Catalogue([model("extractive", "home"), model("qwen", "home")])
        explain = ScriptedExplaining()
        routing = routing_sources(self.database, catalogue, explain)
        served = Served(0, ScriptedPipeline(access), keys, "demo" if demo else self._tenant, explain, routing)
        console = build_console(
            pipeline=served.pipeline,
            access=access,
            catalogue=catalogue,
            overview=Overview(self.database),
            departures=Departures(self.database),
            privacy_check=check_by_script,
            passages=OnePassage(),
            system=served.system,
            routing=routing,
            examples=EXAMPLES,
            stopping=lambda: served.stopping,
            tick_s=0.05,
        )

        async def readiness() -> Mapping[str, Component]:
            return {}

        app = build_gateway(
            served.pipeline,
            access,
            self._embedder,
            lambda: [],
            readiness,
            Metrics(),
            Settings(),
            [("/console", console)],
        )
        served.port = await self._stack.enter_async_context(listening(app))
        return served


def routing_sources(database: Database, catalogue: Catalogue, explain: ScriptedExplaining) -> RoutingSources:
    """The real ones, but for who decides."""

    async def known() -> Mapping[str, KnownModel]:
        return {model.id: KnownModel(model.id, model.location) for model in catalogue}

    office = Office(Versions(database), known, lambda _: ())
    outside = ModelSettings("large", "remote", "large", prices=Prices(2.5, 10.0))
    return RoutingSources(
        log=RoutingLog(database),
        savings=SavingsLog(database),
        office=office,
        environment="production",
        experiments=Experiments(database, catalogue, TaskReader().read),
        promote=partial(promote, office),
        explain=explain,
        costs=Costing([outside]).of,
    )


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(tmp_path_factory.mktemp("embedder"))
    yield loaded
    loaded.close()


@pytest.fixture
async def serve(database: Database, tenant: str, embedder: MiniLM) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:
        yield Serve(database, tenant, embedder, stack)


@pytest.fixture
async def demo(serve: Serve) -> Served:
    """A console open to this machine's browsers."""
    return await serve(demo=True)


@pytest.fixture
async def keyed(serve: Serve) -> Served:
    """A console that asks for a key."""
    return await serve(demo=False)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("wants Chromium on the path: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        await browser.close()
