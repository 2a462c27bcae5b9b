"""What of a tenant's sealed things goes when somebody is to be forgotten: each is opened and looked through.

Knows no store. What lies open in the database is looked for there, by `Subject.naming`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from vestibule.core.errors import VestibuleError
from vestibule.core.json_texts import texts_in
from vestibule.core.ports import Subject


async def to_forget(subject: Subject, ids: Sequence[str], names: Callable[[str], Awaitable[bool]]) -> list[str]:
    """All of a tenant's; of a person those that `names` tells to name them, and those that it raises `VestibuleError`
    for: what has expired, or is sealed under a key that is gone, is of use to nobody."""
    if subject.person is None:
        return list(ids)
    found = []
    for id_ in ids:
        try:
            named = await names(id_)
        except VestibuleError:
            named = True
        if named:
            found.append(id_)
    return found


def is_named(subject: Subject, content: bytes, *texts: str) -> bool:
    """Whether the person is named in one of the texts, or in the content: as text, or where JSON's escapes hide it, in
    one document or on one of its lines. Blocks."""
    if subject.is_named_in(*texts, content.decode("utf-8", "replace")):
        return True
    if b"\\" not in content:
        return False
    return any(subject.is_named_in(*texts_in(document)) for document in (content, *content.splitlines()))
