"""A knowledge base on the real database and the real embedder, with an index folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from tests.knowledge.worker import classify
from vestibule.core.evidence import Passage
from vestibule.knowledge import KnowledgeBase
from vestibule.providers.embedder import MiniLM
from vestibule.storage.database import Database

BUILDINGS = {"Harbour Office": "harbour", "North School": "north"}


@pytest.fixture(scope="session")
def embedder(storage_home: Path) -> Iterator[MiniLM]:
    model = MiniLM.load(storage_home)
    yield model
    model.close()


@pytest.fixture
async def knowledge(database: Database, embedder: MiniLM, tmp_path: Path) -> AsyncIterator[KnowledgeBase]:
    base = KnowledgeBase(database, embedder, tmp_path, classify, file_limit_mib=1)
    await base.start()
    yield base
    await base.close()


class Reader:
    """Accepts, works and asks as one tenant."""

    def __init__(self, knowledge: KnowledgeBase, embedder: MiniLM, tenant: str) -> None:
        self.knowledge = knowledge
        self.tenant = tenant
        self._embedder = embedder

    async def ingest(self, path: str, text: str | bytes) -> str:
        content = text.encode() if isinstance(text, str) else text
        document = await self.knowledge.accept(self.tenant, path, content)
        await self.knowledge.work(building_names=building_names)
        return document

    async def ask(self, question: str, *buildings: str, limit: int = 8) -> list[Passage]:
        vector = (await self._embedder.embed([question]))[0]
        return await self.knowledge.search(self.tenant, question, vector, buildings=buildings, limit=limit)


@pytest.fixture
def reader(knowledge: KnowledgeBase, embedder: MiniLM, tenant: str) -> Reader:
    return Reader(knowledge, embedder, tenant)


async def building_names(_: str) -> Mapping[str, str]:
    return BUILDINGS
