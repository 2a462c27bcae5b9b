"""Tenants and users as administrators send and read them."""

from __future__ import annotations

from typing import Literal

import msgspec

from vestibule.access.tenants import Tenant
from vestibule.access.users import User


class TenantBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str = ""


class TenantChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A disabled tenant's keys, users and sessions are let in no more until it is enabled again."""

    name: str | None = None
    disabled: bool | None = None


class UserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`issuer` and `subject` are the claims `iss` and `sub` of the tokens this user comes with."""

    name: str
    role: str
    tenant: str | None = None
    issuer: str | None = None
    subject: str | None = None


class UserChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str | None = None
    role: str | None = None
    disabled: bool | None = None


class TenantList(msgspec.Struct, frozen=True):
    data: list[Tenant]
    object: Literal["list"] = "list"


class UserList(msgspec.Struct, frozen=True):
    data: list[User]
    object: Literal["list"] = "list"
