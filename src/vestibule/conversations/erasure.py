"""Stored responses as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

import asyncio

from vestibule.conversations.store import ResponseStore
from vestibule.core.forgetting import is_named, to_forget
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database


class ResponseErasure:
    """A response that names a person goes whole, with what was asked: half a conversation tells the rest."""

    name = "stored responses"

    def __init__(self, database: Database, store: ResponseStore) -> None:
        self._database = database
        self._store = store

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        ids = await self._of(subject)
        async with self._database.tenant(subject.tenant) as connection:
            await connection.execute("DELETE FROM responses WHERE id = ANY(%s)", [ids])
        return len(ids)

    async def _of(self, subject: Subject) -> list[str]:
        async with self._database.tenant(subject.tenant) as connection:
            ids = [str(row[0]) for row in await (await connection.execute("SELECT id FROM responses")).fetchall()]

        async def names(id_: str) -> bool:
            stored = await self._store.take(subject.tenant, id_, PrivacyClass.RESTRICTED)
            return await asyncio.to_thread(is_named, subject, stored.content)

        return await to_forget(subject, ids, names)
