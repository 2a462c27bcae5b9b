"""Looks up the passage a citation was taken from, among the chunks that are live now."""

from __future__ import annotations

from vestibule.core.evidence import Passage
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database


class LivePassages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def quoting(self, tenant: str, document_id: str, quote: str) -> Passage | None:
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(
                "SELECT id, document_id, title, locator, text, level, buildings, dated FROM chunks "
                "WHERE document_id = %s AND strpos(text, %s) > 0 ORDER BY ordinal LIMIT 1",
                [document_id, quote],
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        chunk_id, document_id, title, locator, text, level, buildings, dated = row
        return Passage(chunk_id, document_id, title, locator, text, 0.0, PrivacyClass(level), tuple(buildings), dated)
