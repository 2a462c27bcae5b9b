"""What each role may do, once. Knows no user and no page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from vestibule.core.caller import SCOPES, Role, Scope

SCOPES_OF_ROLE: Mapping[Role, tuple[Scope, ...]] = MappingProxyType(
    {
        "viewer": ("inference", "feedback"),
        "operator": ("inference", "knowledge", "feedback"),
        "auditor": ("audit",),
        "admin": SCOPES,
    }
)


def scopes_of(roles: Collection[Role]) -> frozenset[Scope]:
    """All that these roles may do together."""
    return frozenset(scope for role in roles for scope in SCOPES_OF_ROLE[role])
