"""Batches as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from vestibule.batches.store import BatchStore
from vestibule.batches.work import Work
from vestibule.core.errors import VestibuleError
from vestibule.core.json_texts import texts_in
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.sealing import TenantKeys

_AT_ONCE = 100


class BatchErasure:
    """A batch that names a person goes whole, finished or not: without one line its counts would not hold. Its files
    are forgotten as files."""

    name = "batches"

    def __init__(self, database: Database, keys: TenantKeys) -> None:
        self._store = BatchStore(database, keys)
        self._work = Work(database, keys, "erasure", timedelta())

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        return await self._store.forget(subject.tenant, await self._of(subject))

    async def _of(self, subject: Subject) -> list[str]:
        ids = await self._store.ids(subject.tenant)
        return ids if subject.person is None else [id_ for id_ in ids if await self._names(subject, id_)]

    async def _names(self, subject: Subject, id_: str) -> bool:
        try:
            batch = await self._store.get(subject.tenant, id_, PrivacyClass.RESTRICTED)
            if subject.is_named_in(*(batch.metadata or {}).keys(), *(batch.metadata or {}).values()):
                return True
            after = 0
            while page := await self._work.ended(batch, after, _AT_ONCE):
                contents = [c for line in page for c in (bytes(line.request.body), line.reply) if c]
                ids = [line.request.custom_id for line in page]
                if await asyncio.to_thread(_any_names, subject, ids, contents):
                    return True
                after = page[-1].number
        except VestibuleError:  # sealed under a key that is gone: of use to nobody
            return True
        return False


def _any_names(subject: Subject, texts: list[str], contents: list[bytes]) -> bool:
    return subject.is_named_in(*texts) or any(subject.is_named_in(*texts_in(content)) for content in contents)
