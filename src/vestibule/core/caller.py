"""Who asks: what a request brings, and what access made of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from vestibule.core.sensitivity import PrivacyClass

Scope = Literal["inference", "knowledge", "feedback", "admin", "audit"]
SCOPES: tuple[Scope, ...] = ("inference", "knowledge", "feedback", "admin", "audit")
Role = Literal["viewer", "operator", "auditor", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "operator", "auditor", "admin")


class Credential(msgspec.Struct, frozen=True):
    """What came over the wire: the bearer token, if any, and the peer's address; or the secret name of a session."""

    token: str | None = None
    peer: str | None = None
    session: str | None = None


class Caller(msgspec.Struct, frozen=True):
    """`clearance` is the highest class it may ask with and be shown. `models` are those it may name, None for all;
    `origins` the web origins whose pages may use its credential."""

    tenant: str
    key_id: str
    scopes: frozenset[Scope] = frozenset()
    clearance: PrivacyClass = PrivacyClass.RESTRICTED
    models: frozenset[str] | None = None
    origins: frozenset[str] = frozenset()

    def may_name(self, model: str) -> bool:
        return self.models is None or model in self.models
