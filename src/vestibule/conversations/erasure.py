"""Stored responses as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

from vestibule.conversations.store import ResponseStore
from vestibule.core.errors import VestibuleError
from vestibule.core.json_texts import texts_in
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
        return ids if subject.person is None else [id_ for id_ in ids if await self._names(subject, id_)]

    async def _names(self, subject: Subject, id_: str) -> bool:
        try:
            stored = await self._store.take(subject.tenant, id_, PrivacyClass.RESTRICTED)
        except VestibuleError:  # expired, or sealed under a key that is gone: of use to nobody
            return True
        return subject.is_named_in(*texts_in(stored.content))
