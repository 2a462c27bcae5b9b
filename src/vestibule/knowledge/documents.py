"""Documents and their versions in PostgreSQL: accepted, listed, removed. Knows neither formats nor indexes.

A path holds one document; what is accepted under it again is a new version of that document. Accepting is durable
before it returns; `ingestion.py` makes what is queued live.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal
from uuid import uuid4

import msgspec

from vestibule.core.errors import InvalidRequest, NotFound, TooLarge
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

State = Literal["queued", "live", "failed"]
_PATH_CHARACTERS = 1000
_CHANGES_LOCK = 0x6B6E6F77  # "know": held from numbering a change to its commit, so that numbers follow commits


class DocumentInfo(msgspec.Struct, frozen=True):
    """A document as its owner sees it.

    `state` and `error` are those of the newest version; `chunks` counts what is searched now, which is the version
    before while the newest is queued or where it failed. `ingested_at` is when that became live.
    """

    id: str
    path: str
    title: str
    state: State
    error: str | None
    chunks: int
    bytes: int
    ingested_at: datetime | None


class Documents:
    def __init__(self, database: Database, file_limit_mib: int) -> None:
        self._database = database
        self._limit_mib = file_limit_mib

    async def accept(self, tenant: str, path: str, content: bytes, media_type: str | None) -> str:
        """Queue `content` as the newest version at `path` and return the document's id.

        What is there already, or waiting already, is not queued twice. Raise `InvalidRequest` for an empty file or a
        bad path, `TooLarge` over the limit.
        """
        self._check(path, content)
        digest = hashlib.sha256(content).digest()
        async with self._database.tenant(tenant) as connection:
            document = await _document_at(connection, tenant, path)
            if await _newest(connection, document) != digest:
                await connection.execute(
                    "INSERT INTO document_versions (tenant, document_id, sha256, media_type, content, bytes)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    [tenant, document, digest, media_type, content, len(content)],
                    binary=True,
                )
        return document

    async def all(self, tenant: str) -> list[DocumentInfo]:
        """Every document of the tenant, by path."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(_LIST)
            return [DocumentInfo(*row) for row in await cursor.fetchall()]

    async def remove(self, tenant: str, document_id: str) -> None:
        """Forget a document with all its versions, at once. Raise `NotFound` where there is none."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute("DELETE FROM documents WHERE id = %s", [document_id])
            if not cursor.rowcount:
                raise NotFound(
                    f"There is no document `{document_id[:80]}`.", next_step="List the documents to see their ids."
                )
            await note_change(connection, tenant, document_id)

    async def version(self, tenant: str) -> int:
        """A number that grows with every change of what `tenant` can find; 0 before the first."""
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute("SELECT coalesce(max(id), 0) FROM document_changes")
            row = await cursor.fetchone()
            return int(row[0]) if row else 0

    def _check(self, path: str, content: bytes) -> None:
        if not path.strip() or len(path) > _PATH_CHARACTERS or not path.isprintable():
            raise InvalidRequest(
                "The path of a document is empty, too long, or has control characters.",
                next_step=f"Use 1 to {_PATH_CHARACTERS} printable characters.",
                param="path",
            )
        if not content.strip():
            raise InvalidRequest("The file is empty.", next_step="Check that the right file was sent.")
        if len(content) > self._limit_mib << 20:
            raise TooLarge(
                f"The file has {len(content) >> 20} MiB; at most {self._limit_mib} MiB are taken in.",
                next_step="Split it, or raise limits.file_mib in vestibule.yaml.",
            )


async def note_change(connection: Connection, tenant: str, document_id: str) -> None:
    """Number a visible change of a document; the last statement of its transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_CHANGES_LOCK])
    await connection.execute(
        "INSERT INTO document_changes (tenant, document_id) VALUES (%s, %s)", [tenant, document_id]
    )


async def _document_at(connection: Connection, tenant: str, path: str) -> str:
    """The id of the document at `path`, made if need be; its row stays locked."""
    cursor = await connection.execute(
        "INSERT INTO documents (id, tenant, path) VALUES (%s, %s, %s)"
        " ON CONFLICT (tenant, path) DO UPDATE SET path = excluded.path RETURNING id",
        [f"doc_{uuid4().hex}", tenant, path],
    )
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def _newest(connection: Connection, document: str) -> bytes | None:
    """Digest of the newest version, unless that failed and is worth another try."""
    cursor = await connection.execute(
        "SELECT sha256 FROM document_versions WHERE document_id = %s"
        " AND id = (SELECT max(id) FROM document_versions WHERE document_id = %s) AND state <> 'failed'",
        [document, document],
    )
    row = await cursor.fetchone()
    return bytes(row[0]) if row else None


_LIST = """
SELECT d.id, d.path, d.title, newest.state, newest.error, coalesce(live.chunks, 0), newest.bytes, live.ingested_at
FROM documents d
JOIN LATERAL (
    SELECT state, error, bytes FROM document_versions v WHERE v.document_id = d.id ORDER BY v.id DESC LIMIT 1
) newest ON true
LEFT JOIN document_versions live ON live.id = d.live_version
ORDER BY d.path
"""
