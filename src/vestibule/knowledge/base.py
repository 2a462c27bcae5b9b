"""The knowledge base: the one object the rest of the product has of this room.

Accepted, durable, processed: `accept` returns when the bytes are safe; `work` or `run_forever` makes them findable;
`search` sees every change as soon as it is committed. Knows no HTTP and no prompt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psycopg
import structlog

from vestibule.core.errors import NotFound, VestibuleError
from vestibule.core.evidence import Passage
from vestibule.core.ports import Embedder, Vector
from vestibule.core.sensitivity import PrivacyClass
from vestibule.knowledge.chunking import Chunker
from vestibule.knowledge.documents import DocumentInfo, Documents
from vestibule.knowledge.index import IndexDamaged, Indexer, LexicalIndex
from vestibule.knowledge.ingestion import BuildingNames, Ingestion
from vestibule.knowledge.parsing import ParsingProcess
from vestibule.knowledge.search import CANDIDATES, Candidate, Search
from vestibule.storage.changes import Remembered
from vestibule.storage.database import Database

OnProgress = Callable[[int, int], None]
POLL_S = 0.5
_LONGEST_PAUSE_S = 30.0
_CHUNK = (
    "SELECT id, document_id, title, locator, context, text, level, buildings, dated, 0.0::float8 FROM chunks WHERE "
)
_QUOTING = f"{_CHUNK} document_id = %s AND strpos(text, %s) > 0 ORDER BY ordinal LIMIT 1"

log = structlog.get_logger(__name__)


class Readiness(msgspec.Struct, frozen=True):
    ok: bool
    reason: str = ""


class KnowledgeBase:
    """Make one a process; `classify` gives the privacy class of a text and is called on a thread."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        home: Path,
        classify: Callable[[str], PrivacyClass],
        file_limit_mib: int,
    ) -> None:
        folder = home / "index"
        self._database = database
        self._documents = Documents(database, file_limit_mib)
        self._versions: Remembered[int] = Remembered(database.changes, "documents")
        self._index = LexicalIndex(folder)
        self._indexer = Indexer(database, self._index, folder)
        self._parsing = ParsingProcess()
        self._ingestion = Ingestion(database, embedder, self._parsing, Chunker(embedder.count_tokens, classify))
        self._search = Search(database, self._index)
        self._wake = asyncio.Event()
        self._trouble = ""

    async def start(self) -> None:
        """Bring the index up to date, unless another process of this host is at it."""
        async with self._indexer.alone() as alone:
            if alone:
                await self._indexer.catch_up()

    async def close(self) -> None:
        """End the parsing process. Whatever is half done is done again by who works next."""
        await self._parsing.close()

    async def accept(self, tenant: str, path: str, content: bytes, *, media_type: str | None = None) -> str:
        """Queue `content` as the newest version of the document at `path`, durably, and return the document's id.

        The same content again is no work. Raise `InvalidRequest` for an empty file or a bad path, `TooLarge` over the
        limit, `StorageFull`.
        """
        document = await self._documents.accept(tenant, path, content, media_type)
        self._wake.set()
        return document

    async def work(self, *, building_names: BuildingNames, on_progress: OnProgress | None = None) -> int:
        """Make queued documents of every tenant live until none is left, and return how many were dealt with: 0 at
        once where another process of this host is at work. A document that cannot be read fails alone."""
        done = 0
        async with self._indexer.alone() as alone:
            if not alone:
                return 0
            await self._indexer.catch_up()
            while await self._ingestion.process_next(building_names):
                done += 1
                await self._database.changes.settled()
                await self._indexer.catch_up()
                if on_progress:
                    on_progress(done, done + await self._ingestion.waiting())
        return done

    async def run_forever(self, building_names: BuildingNames) -> None:
        """Work whenever there is work, until cancelled. Trouble (the database away, the disk full) is waited out."""
        pause = POLL_S
        while True:
            self._wake.clear()
            try:
                await self.work(building_names=building_names)
                self._trouble, pause = "", POLL_S
            except (VestibuleError, psycopg.Error) as error:
                self._trouble = str(error) if isinstance(error, VestibuleError) else type(error).__name__
                log.warning("ingestion_paused", error=type(error).__name__, pause_s=pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
                await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)

    def component(self) -> Readiness:
        """Whether documents are taken in; searching may go on where they are not."""
        return Readiness(not self._trouble, self._trouble)

    async def holds_documents(self) -> bool:
        """Whether any tenant has one."""
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT EXISTS (SELECT FROM documents)")
            return await cursor.fetchone() == (True,)

    async def documents(self, tenant: str) -> list[DocumentInfo]:
        return await self._documents.all(tenant)

    async def remove(self, tenant: str, document_id: str) -> None:
        """Forget a document; no search finds it once this has returned. Raise `NotFound` where there is none."""
        await self._documents.remove(tenant, document_id)
        await self._database.changes.settled()
        self._wake.set()

    async def version(self, tenant: str) -> int:
        """A number that grows with every change of what `tenant` can find, for keys of caches."""
        return await self._versions.get(tenant, lambda: self._documents.version(tenant))

    async def search(
        self, tenant: str, text: str, vector: Vector, *, buildings: Sequence[str] = (), limit: int = 8
    ) -> list[Passage]:
        """Find live passages that bear on `text`, best first; none where nothing does.

        `vector` is the embedding of `text`, shape (dimension,). With `buildings` (ids) a passage about other buildings
        only is left out, and one about these is preferred. `score` says how much a passage bears on the question, 1 at
        most, and means the same in every search; see `search.score`.
        """
        lexical = await asyncio.to_thread(self._search_lexically, tenant, text, buildings)
        return await self._search.run(tenant, text, vector, buildings, lexical, limit)

    def _search_lexically(self, tenant: str, text: str, buildings: Sequence[str]) -> list[str]:
        try:
            return self._index.search(tenant, text, buildings, CANDIDATES)
        except IndexDamaged:
            self._indexer.distrust()
            return []

    async def live(self, tenant: str, chunk_ids: Sequence[str]) -> set[str]:
        """Those of the chunks that are live now."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute("SELECT id FROM chunks WHERE id = ANY(%s)", [list(chunk_ids)])
            return {str(row[0]) for row in await cursor.fetchall()}

    async def resolve(self, tenant: str, chunk_id: str, quote: str) -> bool:
        """Whether the chunk is live and its text holds `quote`, to the letter. An empty quote resolves nowhere."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(
                "SELECT strpos(text, %s) > 0 FROM chunks WHERE id = %s", [quote, chunk_id]
            )
            return bool(quote) and await cursor.fetchone() == (True,)

    async def passage(self, tenant: str, chunk_id: str) -> Passage:
        """A live chunk by its id, with score 1. Raise `NotFound` where it is not live."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(f"{_CHUNK} id = %s", [chunk_id])
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("The passage is not there any more.", next_step="Ask again; the document has changed.")
        return Candidate(*row).passage(1.0)

    async def quoting(self, tenant: str, document_id: str, quote: str) -> Passage | None:
        """The live passage of that document that holds `quote` word for word, if there still is one."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(_QUOTING, [document_id, quote])
            row = await cursor.fetchone()
        return Candidate(*row).passage(1.0) if row else None
