"""Request records, as something that can be forgotten or outlives its use. They hold no text and name nobody."""

from __future__ import annotations

from datetime import datetime

from vestibule.core.ports import Subject
from vestibule.storage.database import Database


class RequestRecords:
    name = "request records"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, subject: Subject) -> int:
        if subject.person:
            return 0
        async with self._database.tenant(subject.tenant) as connection:
            row = await (await connection.execute("SELECT count(*) FROM requests")).fetchone()
        return int(row[0]) if row else 0

    async def erase(self, subject: Subject) -> int:
        if subject.person:
            return 0
        async with self._database.tenant(subject.tenant) as connection:
            return (await connection.execute("DELETE FROM requests")).rowcount

    async def expire(self, before: datetime) -> int:
        """Delete the records of every tenant that began before; return how many."""
        async with self._database.owner() as connection:
            return (await connection.execute("DELETE FROM requests WHERE started_at < %s", [before])).rowcount
