"""Files as something that can be forgotten: all of a tenant's, or those in which a person is named."""

from __future__ import annotations

import asyncio

from vestibule.core.errors import VestibuleError
from vestibule.core.json_texts import texts_in
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
        ids = await self._store.ids(subject.tenant)
        return ids if subject.person is None else [id_ for id_ in ids if await self._names(subject, id_)]

    async def _names(self, subject: Subject, id_: str) -> bool:
        try:
            file = await self._store.get(subject.tenant, id_, PrivacyClass.RESTRICTED)
            content = b"".join([part async for part in self._store.read(subject.tenant, file)])
        except VestibuleError:  # expired, or sealed under a key that is gone: of use to nobody
            return True
        return await asyncio.to_thread(names, subject, content, file.name)


def names(subject: Subject, content: bytes, name: str) -> bool:
    """Whether the person is named in it, as text or in JSON on one of its lines."""
    if subject.is_named_in(name, content.decode("utf-8", "replace")):
        return True
    return any(subject.is_named_in(*texts_in(line)) for line in content.splitlines() if b"\\" in line)
