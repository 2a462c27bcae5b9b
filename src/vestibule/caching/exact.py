"""Exact response cache in the process: same tenant, same question, same everything that could change the answer.

Holds finished answers only, bounded by count and age, least recently used first out. Knows no model and no policy: the
caller builds the key from all that is known before retrieval and says which class the asker may see.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator

import msgspec

from vestibule.core.answer import Completed
from vestibule.core.chat import ChatRequest
from vestibule.core.ports import Subject
from vestibule.core.sensitivity import PrivacyClass


class CacheKey(msgspec.Struct, frozen=True):
    tenant: str
    level: PrivacyClass
    digest: bytes


class Entry(msgspec.Struct, frozen=True):
    answer: Completed
    level: PrivacyClass
    stored_at: float
    age_s: float


class Versions(msgspec.Struct, frozen=True):
    """What the answer was built on, and what its asker may be shown; a change of any is a different key."""

    knowledge: int
    buildings: int
    configuration: int
    policy: str
    clearance: PrivacyClass = PrivacyClass.RESTRICTED


def cache_key(tenant: str, level: PrivacyClass, request: ChatRequest, versions: Versions) -> CacheKey:
    """The key of what is known before retrieval. `stream` and the cache mode do not change an answer."""
    options = request.options
    relevant = (
        request.model,
        request.messages,
        request.sampling,
        request.tools,
        request.tool_choice,
        request.response_format,
        request.most_passages,
        request.arms,
        options.controls,
        options.knowledge,
        options.buildings,
        options.route.adapters,
        options.route.task,
        options.grammar,
        versions,
    )
    return CacheKey(tenant, level, hashlib.sha256(msgspec.msgpack.encode(relevant)).digest())


class ExactCache:
    name = "cached answers"

    def __init__(
        self, *, entries: int = 2048, age_s: float = 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._entries: OrderedDict[CacheKey, Entry] = OrderedDict()
        self._limit = entries
        self._age_s = age_s
        self._clock = clock

    def get(self, key: CacheKey, *, cleared_for: PrivacyClass) -> tuple[Completed, float] | None:
        """The answer and its age in seconds, if it is fresh and the caller is cleared for its effective class."""
        entry = self._entries.get(key)
        if entry is None or entry.level > cleared_for:
            return None
        age = self._clock() - entry.stored_at
        if age > entry.age_s:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry.answer, age

    def put(self, key: CacheKey, answer: Completed, level: PrivacyClass, age_s: float | None = None) -> None:
        """Keep it for `age_s`, where that is not the cache's own."""
        self._entries[key] = Entry(answer, level, self._clock(), self._age_s if age_s is None else age_s)
        self._entries.move_to_end(key)
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    async def count(self, subject: Subject) -> int:
        return len(self._of(subject))

    async def erase(self, subject: Subject) -> int:
        keys = self._of(subject)
        for key in keys:
            del self._entries[key]
        return len(keys)

    def _of(self, subject: Subject) -> list[CacheKey]:
        """The tenant's entries; where a person is to be forgotten, those whose answer or quotations name them."""
        return [
            key
            for key, entry in self._entries.items()
            if key.tenant == subject.tenant and (subject.person is None or subject.is_named_in(*_texts(entry.answer)))
        ]


def _texts(answer: Completed) -> Iterator[str]:
    yield answer.text
    for citation in answer.report.citations:
        yield from (citation.title, citation.locator, citation.quote)
    for call in answer.tool_calls:
        yield from (call.name, call.arguments)
