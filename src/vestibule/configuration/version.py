"""A version as it is kept: its content in one canonical form, and who made it when, why and from which."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from vestibule.core.configuration import Configuration, Document
from vestibule.core.settings import Environment

ENVIRONMENTS: tuple[Environment, ...] = ("development", "staging", "production")


class Version(msgspec.Struct, frozen=True):
    """`base` is the version it was made from, `content` the document in canonical JSON, `live_at` when it went live, if
    it ever did; `origin` the SHA-256 of the file it was read from, where that is watched."""

    number: int
    base: int
    author: str
    reason: str
    made_at: datetime
    live_at: datetime | None
    digest: str
    content: str
    origin: str | None = None

    @property
    def document(self) -> Document:
        """Raise `msgspec.ValidationError` where it was written by a release that knows more than this one."""
        return msgspec.json.decode(self.content, type=Document)

    def configuration(self, environment: Environment) -> Configuration:
        return Configuration(self.number, laid_over(self.document, environment))


def canonical(document: Document) -> str:
    """The same text for the same content."""
    return msgspec.json.encode(document, order="sorted").decode()


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def values(document: Document) -> dict[str, Any]:
    """As plain values, without what is as shipped."""
    plain: dict[str, Any] = msgspec.json.decode(canonical(document))
    return plain


def laid_over(document: Document, environment: Environment) -> Document:
    """What `document` says there. Raise `msgspec.ValidationError` where what is laid over it does not fit."""
    rest = values(document)
    over = rest.pop("environments", {}).get(environment, {})
    return msgspec.convert(_merged(rest, over), Document)


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Mappings are joined key by key, anything else is replaced."""
    merged = dict(under)
    for key, value in over.items():
        there = merged.get(key)
        merged[key] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return merged
