"""What a start loads and what it leaves for whoever needs it, seen in a process that serves as an operator's does."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.conftest import home_with_database
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.storage.schema import heads

SERVING = """
import asyncio, json, sys, threading
from vestibule.app import open_house, serve
from vestibule.core.settings import Settings
from vestibule.gateway.listening import address_of, bind
from vestibule.telemetry.logs import configure

async def main():
    settings = Settings.load(None)
    listener = bind(settings)
    async with open_house(settings, open_to_loopback=True) as house:
        print(address_of(listener), flush=True)
        asyncio.create_task(asyncio.to_thread(told))
        await serve(house, listener)

def told():
    for line in sys.stdin:
        print(json.dumps(sorted(sys.modules)), flush=True)

configure()
asyncio.run(main())
"""
NEEDED_BY_SOME = {
    "aiohttp": "providers that are not home, issuers of tokens",
    "alembic": "a database that lacks versions",
    "docx": "the process that parses",
    "fastapi": "the reference",
    "jsonschema_rs": "answers of a schema",
    "jwt": "issuers of tokens",
    "lxml": "the process that parses",
    "onnxruntime": "documents, and what may leave",
    "pydantic": "the reference",
    "pypdfium2": "the process that parses",
    "reportlab": "the demo",
    "sqlalchemy": "a database that lacks versions",
    "tantivy": "documents",
    "tokenizers": "documents",
    "vestibule.demo.loading": "the demo",
    "xllamacpp": "the process of a model",
}

MIGRATED = {"alembic", "sqlalchemy"}
"""What a first start needs, and no other."""


class Serving:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        assert process.stdin is not None
        self._said, self._asked = process.stdout, process.stdin
        self._port = int(self._said.readline().rpartition(":")[2])

    def get(self, path: str) -> dict[str, object]:
        return self._send("GET", path, None)

    def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        return self._send("POST", path, body)

    def loaded(self) -> set[str]:
        """Those of the modules that only some need."""
        self._asked.write("\n")
        self._asked.flush()
        return set(json.loads(self._said.readline())) & NEEDED_BY_SOME.keys()

    def _send(self, method: str, path: str, body: dict[str, object] | None) -> dict[str, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        reply = connection.getresponse()
        assert reply.status == 200, reply.read()
        told: dict[str, object] = json.loads(reply.read())
        connection.close()
        return told


@contextmanager
def served(home: Path) -> Iterator[Serving]:
    env = {**os.environ, "VESTIBULE_HOME": str(home), "VESTIBULE_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One nobody has told anything yet."""
    with home_with_database() as home:
        yield home


def embedder(serving: Serving) -> str:
    components = serving.get("/readyz")["components"]
    assert isinstance(components, dict)
    return str(components["embedder"]["reason"])


def ask(serving: Serving, question: str, **more: object) -> None:
    messages = [{"role": "user", "content": question}]
    serving.post("/v1/chat/completions", {"model": "extractive", "messages": messages, **more})


@pytest.mark.slow
def test_what_only_some_need_is_loaded_for_them(home: Path) -> None:
    with served(home) as serving:
        assert embedder(serving) == "all-MiniLM-L6-v2, loaded when first needed"
        assert serving.loaded() <= MIGRATED
        before = serving.loaded()
        ask(serving, "What does a chiller do?")
        assert serving.loaded() - before == {"tokenizers"}  # which counts the tokens of a provider without a model

        serving.get("/openapi.json")
        assert serving.loaded() - before == {"fastapi", "pydantic", "tokenizers"}

        serving.post("/v1/embeddings", {"model": "all-MiniLM-L6-v2", "input": "chiller"})
        assert embedder(serving) == "all-MiniLM-L6-v2"
        assert serving.loaded() - before == {"fastapi", "onnxruntime", "pydantic", "tokenizers"}


async def put_document(home: Path) -> None:
    database = await Database.open(Settings(home=home))
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES ('library')")
        await connection.execute("INSERT INTO documents (id, tenant, path) VALUES ('doc', 'library', 'a.md')")
    await database.close()


@pytest.mark.slow
def test_where_there_are_documents_the_embedder_is_loaded_before_it_is_asked(home: Path) -> None:
    asyncio.run(put_document(home))
    with served(home) as serving:
        while embedder(serving) != "all-MiniLM-L6-v2":
            time.sleep(0.1)
        assert {"onnxruntime", "tokenizers"} <= serving.loaded()
        assert not serving.loaded() & {"alembic", "fastapi", "jwt", "aiohttp", "lxml", "pypdfium2", "reportlab"}


def test_the_newest_version_is_told_as_alembic_tells_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("vestibule.storage") / "migrations"))
    config.set_main_option("path_separator", "os")
    assert heads() == frozenset(ScriptDirectory.from_config(config).get_heads())
