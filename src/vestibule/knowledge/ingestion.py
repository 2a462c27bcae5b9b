"""Makes queued documents live: parse, chunk, embed, and publish in one transaction.

That transaction begins before the parsing: an advisory lock in it keeps other workers off, and goes with it if this
process dies, so that the document is simply queued again. No row is locked meanwhile: a document can be replaced or
removed while it is worked on.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping

import msgspec
import psycopg

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.core.ports import Embedder, Vector
from vestibule.knowledge.chunking import Chunk, Chunked, Chunker
from vestibule.knowledge.documents import note_change
from vestibule.knowledge.mentions import Mentions
from vestibule.knowledge.parsing import ParsingProcess
from vestibule.knowledge.vectors import encode
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

BuildingNames = Callable[[str], Awaitable[Mapping[str, str]]]
_LOCKS = 0x646F6373  # "docs": first half of the advisory lock of a version
_CANDIDATES = 32
_BATCH = 64


class _Job(msgspec.Struct, frozen=True):
    """A queued version."""

    id: int
    tenant: str
    document_id: str
    path: str
    media_type: str | None
    content: bytes


class Ingestion:
    def __init__(self, database: Database, embedder: Embedder, parsing: ParsingProcess, chunker: Chunker) -> None:
        self._database = database
        self._embedder = embedder
        self._parsing = parsing
        self._chunker = chunker

    async def waiting(self) -> int:
        """How many versions are queued, whoever's they are."""
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT count(*) FROM document_versions WHERE state = 'queued'")
            row = await cursor.fetchone()
            return int(row[0]) if row else 0

    async def process_next(self, building_names: BuildingNames) -> bool:
        """Make the document that waits longest live, or failed with the reason; False where none waits."""
        async with self._database.owner() as connection:
            job = await _take(connection)
            if job is None:
                return False
            try:
                chunked, vectors = await self._prepare(job, building_names)
            except (InvalidRequest, TooLarge) as error:
                await _fail(connection, job, str(error))
            else:
                await _publish(connection, job, chunked, vectors)
            return True

    async def _prepare(self, job: _Job, building_names: BuildingNames) -> tuple[Chunked, Vector]:
        parsed = await self._parsing.parse(job.path, job.content, job.media_type)
        mentions = Mentions(await building_names(job.tenant))
        chunked = await asyncio.to_thread(self._chunker.chunk, job.path, parsed, mentions)
        return chunked, await self._embedder.embed([chunk.searched for chunk in chunked.chunks])


async def _take(connection: Connection) -> _Job | None:
    """Lock the oldest queued version that is the newest of its document and that no other worker has."""
    cursor = await connection.execute(
        "SELECT id FROM document_versions v WHERE state = 'queued' AND NOT EXISTS"
        " (SELECT FROM document_versions n WHERE n.document_id = v.document_id AND n.id > v.id) ORDER BY id LIMIT %s",
        [_CANDIDATES],
    )
    for (version,) in await cursor.fetchall():
        locked = await connection.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, version % 2**31])
        if await locked.fetchone() != (True,):
            continue
        # Looked at again under the lock: who held it before may have finished this one.
        found = await connection.execute(
            "SELECT v.id, v.tenant, v.document_id, d.path, v.media_type, v.content FROM document_versions v"
            " JOIN documents d ON d.id = v.document_id WHERE v.id = %s AND v.state = 'queued'",
            [version],
            binary=True,
        )
        if row := await found.fetchone():
            return _Job(*row)
    return None


async def _publish(connection: Connection, job: _Job, chunked: Chunked, vectors: Vector) -> None:
    """Put the version in the place of the one before, unless the document was removed or a newer one is live."""
    if not await _is_wanted(connection, job):
        return
    await connection.execute(
        "DELETE FROM document_versions WHERE document_id = %s AND id < %s", [job.document_id, job.id]
    )
    async with connection.cursor() as cursor:
        for begin in range(0, len(chunked.chunks), _BATCH):
            part = range(begin, min(begin + _BATCH, len(chunked.chunks)))
            rows = [_row(job, chunked, chunked.chunks[n], vectors[n]) for n in part]
            await cursor.executemany(_INSERT_CHUNK, rows)
    await connection.execute(
        "UPDATE document_versions SET state = 'live', chunks = %s, ingested_at = now() WHERE id = %s",
        [len(chunked.chunks), job.id],
    )
    await connection.execute(
        "UPDATE documents SET live_version = %s, title = %s WHERE id = %s", [job.id, chunked.title, job.document_id]
    )
    await note_change(connection, job.tenant, job.document_id)


async def _fail(connection: Connection, job: _Job, reason: str) -> None:
    """Note why; the version before, if there is one, stays live."""
    if await _is_wanted(connection, job):
        await connection.execute(
            "UPDATE document_versions SET state = 'failed', error = %s WHERE id = %s", [reason, job.id]
        )
        await connection.execute(
            "DELETE FROM document_versions WHERE document_id = %s AND id < %s AND state <> 'live'",
            [job.document_id, job.id],
        )


async def _is_wanted(connection: Connection, job: _Job) -> bool:
    """Whether the version is still there and newer than the live one; its document stays locked."""
    await connection.execute("SELECT FROM documents WHERE id = %s FOR UPDATE", [job.document_id])
    cursor = await connection.execute(
        "SELECT d.live_version IS NULL OR d.live_version < v.id FROM document_versions v"
        " JOIN documents d ON d.id = v.document_id WHERE v.id = %s",
        [job.id],
    )
    return await cursor.fetchone() == (True,)


def _row(job: _Job, chunked: Chunked, chunk: Chunk, vector: Vector) -> Mapping[str, object]:
    return {
        "id": _chunk_id(job, chunk),
        "tenant": job.tenant,
        "document": job.document_id,
        "version": job.id,
        "ordinal": chunk.ordinal,
        "title": chunked.title,
        "locator": chunk.locator,
        "context": chunk.context,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "level": int(chunk.level),
        "buildings": list(chunk.buildings),
        "dated": chunk.dated,
        "embedding": encode(vector),
    }


def _chunk_id(job: _Job, chunk: Chunk) -> str:
    """The same for the same span of the same version, whoever cuts it and however often."""
    span = f"{job.document_id}:{job.id}:{chunk.start}:{chunk.end}"
    return f"chunk_{hashlib.sha256(span.encode()).hexdigest()[:24]}"


_INSERT_CHUNK: psycopg.sql.SQL = psycopg.sql.SQL(
    "INSERT INTO chunks (id, tenant, document_id, version_id, ordinal, title, locator, context, text, start_offset,"
    " end_offset, level, buildings, dated, embedding) VALUES (%(id)s, %(tenant)s, %(document)s, %(version)s,"
    " %(ordinal)s, %(title)s, %(locator)s, %(context)s, %(text)s, %(start)s, %(end)s, %(level)s, %(buildings)s,"
    " %(dated)s, %(embedding)s::vector)"
)
