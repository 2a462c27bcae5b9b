"""Files as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

import asyncio

from vestibule.core.forgetting import is_named, to_forget
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass
from vestibule.files.store import FileStore


class FileErasure:
    """A file that names a person goes whole: what is left of it would have other lines."""

    name = "files"

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        return await self._store.forget(subject.tenant, await self._of(subject))

    async def _of(self, subject: Subject) -> list[str]:
        async def names(id_: str) -> bool:
            file = await self._store.get(subject.tenant, id_, PrivacyClass.RESTRICTED)
            content = b"".join([part async for part in self._store.read(subject.tenant, file)])
            return await asyncio.to_thread(is_named, subject, content, file.name)

        return await to_forget(subject, await self._store.ids(subject.tenant), names)
