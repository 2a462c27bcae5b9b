"""Who asks: what a request brings, and what access made of it."""

from __future__ import annotations

from typing import Literal

import msgspec

Scope = Literal["inference", "knowledge", "feedback", "admin", "audit"]
SCOPES: tuple[Scope, ...] = ("inference", "knowledge", "feedback", "admin", "audit")


class Credential(msgspec.Struct, frozen=True):
    """What came over the wire: the bearer token, if any, and the peer's address."""

    token: str | None = None
    peer: str | None = None


class Caller(msgspec.Struct, frozen=True):
    tenant: str
    key_id: str
    scopes: frozenset[Scope] = frozenset()
