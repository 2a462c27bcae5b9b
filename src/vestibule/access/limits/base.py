"""The books of days and months: how much of a limit hosts have taken in slices, and what each still holds of its own.

The Protocol, and in `memory.py` and `postgres.py` those that keep them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from vestibule.access.limits.claims import Subject
from vestibule.core.settings import Allowance

Span = Literal["day", "month"]
LEASE_S = 300.0
"""How long a host may use a slice that it has not been heard of since. After it the others get what it last told."""


class Account(msgspec.Struct, frozen=True):
    """One subject's day (numbered since 1970) or month (since the year 0); days in tokens, months in billionths of a
    euro."""

    subject: Subject
    span: Span
    period: int


class Lease(msgspec.Struct, frozen=True):
    """What this host holds of an account; `left` as it last told, `serial` counts how often it has drawn."""

    account: Account
    left: int
    serial: int


class Balance(msgspec.Struct, frozen=True):
    """`used` is spent or reserved, `leased` held by hosts and not yet used."""

    account: Account
    used: int
    leased: int


class Books(Protocol):
    """Everything raises `Unavailable` while they cannot be read."""

    async def draw(self, account: Account, limit: int, need: int, slice_: int) -> int:
        """Lease up to `slice_` but no less than `need`; return how much, 0 where there is not so much left."""
        ...

    async def leases(self) -> Sequence[Lease]:
        """Those of this host that have not ended."""
        ...

    async def tell(self, lease: Lease, left: int) -> bool:
        """Say what is left of it, and hold it longer; return whether it was still held."""
        ...

    async def give_back(self, lease: Lease, left: int) -> None:
        """Return what is left; below 0 it is what was used beyond what was leased, or without a lease."""
        ...

    async def balances(self, day: int, month: int, tenant: str | None = None) -> Sequence[Balance]:
        """Of a day and a month, of one tenant if it is given."""
        ...

    async def allowances(self) -> Mapping[str, Allowance]:
        """What administrators set, by the names of the subjects."""
        ...

    async def allow(self, subject: Subject, allowance: Allowance | None) -> None:
        """Set the limits of one subject; None takes them back."""
        ...
