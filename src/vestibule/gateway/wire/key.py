"""API keys as administrators send and read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from vestibule.core.caller import Scope

Level = Literal["public", "internal", "confidential", "restricted"]


class KeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"level": "class"}):
    """`tenant` is the caller's own, `class` the caller's own clearance, where they are not given."""

    scopes: tuple[str, ...] = ("inference",)
    name: str = ""
    tenant: str | None = None
    expires_at: datetime | None = None
    models: tuple[str, ...] | None = None
    level: Level | None = None
    origins: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    user: str | None = None


class RotateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret there was works for `overlap_s` more."""

    overlap_s: int = 86_400


class WireKey(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """`key` is the secret, and there when it was just made."""

    id: str
    prefix: str
    name: str
    tenant: str
    scopes: Sequence[Scope]
    state: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    expires_at: datetime | None
    previous_until: datetime | None
    models: Sequence[str] | None
    level: str
    origins: Sequence[str]
    networks: Sequence[str]
    user: str | None
    key: str | None = None
    object: Literal["api_key"] = "api_key"


class KeyList(msgspec.Struct, frozen=True):
    data: list[WireKey]
    object: Literal["list"] = "list"
