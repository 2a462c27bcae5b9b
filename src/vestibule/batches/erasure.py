"""Batches as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from vestibule.batches.store import BatchStore
from vestibule.batches.work import Work
from vestibule.core.forgetting import is_named, to_forget
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
        async def names(id_: str) -> bool:
            batch = await self._store.get(subject.tenant, id_, PrivacyClass.RESTRICTED)
            if subject.is_named_in(*(batch.metadata or {}).keys(), *(batch.metadata or {}).values()):
                return True
            after = 0
            while page := await self._work.ended(batch, after, _AT_ONCE):
                # a body is JSON and holds no line end of its own
                said = b"\n".join(c for line in page for c in (bytes(line.request.body), line.reply) if c)
                if await asyncio.to_thread(is_named, subject, said, *(line.request.custom_id for line in page)):
                    return True
                after = page[-1].number
            return False

        return await to_forget(subject, await self._store.ids(subject.tenant), names)
