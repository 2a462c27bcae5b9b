"""Whose things an administrator may touch: of the tenant `default` everybody's, of any other their own tenant's."""

from __future__ import annotations

from vestibule.access.keys import ADMIN_TENANT
from vestibule.core.caller import Caller
from vestibule.core.errors import NotFound


def runs_house(caller: Caller) -> bool:
    """Whether this is an administrator of the whole house, not of one tenant."""
    return caller.tenant == ADMIN_TENANT and "admin" in caller.scopes


def reach(caller: Caller) -> str | None:
    """The one tenant whose things this administrator may touch; None for all."""
    return None if runs_house(caller) else caller.tenant


def within_reach(caller: Caller, tenant: str) -> str:
    """Return `tenant`. Raise `NotFound`, as for one there is not, for another's."""
    if not tenant.isprintable() or (not runs_house(caller) and tenant != caller.tenant):
        raise unknown_tenant(tenant)
    return tenant


def unknown_tenant(tenant: str) -> NotFound:
    return NotFound(f"There is no tenant {tenant[:80]!r}.", next_step="`vestibule tenants list` shows those there are.")
