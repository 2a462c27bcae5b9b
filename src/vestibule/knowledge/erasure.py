"""Documents with all their versions, chunks, vectors and index entries, as something that can be forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vestibule.core.errors import Unavailable
from vestibule.core.ports import Subject
from vestibule.knowledge.documents import note_change
from vestibule.knowledge.index import Indexer, LexicalIndex
from vestibule.storage.database import Database

ATTEMPTS = 40
PAUSE_S = 0.25
_NAMING = (
    "SELECT id FROM documents d WHERE path ~* %(naming)s OR title ~* %(naming)s OR EXISTS"
    " (SELECT 1 FROM chunks c WHERE c.document_id = d.id AND (c.text ~* %(naming)s OR c.context ~* %(naming)s))"
)


class DocumentErasure:
    """A document that names a person is found by its path, its title and the text that is live; one that was never
    made live (queued, unreadable) only by its path."""

    name = "documents"

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._folder = home / "index"

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        """Raise `Unavailable` where the index is in use for so long that it cannot be rewritten: erase again then."""
        if subject.person and not subject.documents:
            return 0
        documents = await self._of(subject)
        async with self._database.tenant(subject.tenant) as connection:
            await connection.execute("DELETE FROM documents WHERE id = ANY(%s)", [documents])
            for document in documents:
                await note_change(connection, subject.tenant, document)
        await self._database.changes.settled()
        await self._rewrite_index()
        return len(documents)

    async def _of(self, subject: Subject) -> list[str]:
        async with self._database.tenant(subject.tenant) as connection:
            if subject.person:
                cursor = await connection.execute(_NAMING, {"naming": subject.naming})
            else:
                cursor = await connection.execute("SELECT id FROM documents")
            return [str(row[0]) for row in await cursor.fetchall()]

    async def _rewrite_index(self) -> None:
        """The words of removed documents stay in an index's files until it is written anew."""
        indexer = Indexer(self._database, LexicalIndex(self._folder), self._folder)
        for _ in range(ATTEMPTS):
            async with indexer.alone() as alone:
                if alone:
                    await indexer.rewrite()
                    return
            await asyncio.sleep(PAUSE_S)
        raise Unavailable("The index is being written by another process.", next_step="Erase again in a minute.")
