"""The books in this process alone, for tests and for who keeps no database. Gone when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vestibule.access.limits.base import Account, Balance, Lease
from vestibule.access.limits.claims import Subject
from vestibule.core.settings import Allowance


class MemoryBooks:
    def __init__(self) -> None:
        self._drawn: dict[Account, int] = {}
        self._leases: dict[Account, Lease] = {}
        self._allowances: dict[str, Allowance] = {}

    async def draw(self, account: Account, limit: int, need: int, slice_: int) -> int:
        room = limit - self._drawn.get(account, 0)
        granted = min(max(need, slice_), room)
        if granted < need:
            return 0
        self._drawn[account] = self._drawn.get(account, 0) + granted
        held = self._leases.get(account, Lease(account, 0, 0))
        self._leases[account] = Lease(account, held.left + granted, held.serial + 1)
        return granted

    async def leases(self) -> Sequence[Lease]:
        return list(self._leases.values())

    async def tell(self, lease: Lease, left: int) -> bool:
        held = self._leases.get(lease.account)
        if held is None:
            return False
        self._leases[lease.account] = Lease(lease.account, left, held.serial)
        return True

    async def give_back(self, lease: Lease, left: int) -> None:
        self._drawn[lease.account] = self._drawn.get(lease.account, 0) - left
        held = self._leases.get(lease.account)
        if held and held.serial == lease.serial:
            del self._leases[lease.account]
        elif held:
            self._leases[lease.account] = Lease(lease.account, held.left - left, held.serial)

    async def balances(self, day: int, month: int, tenant: str | None = None) -> Sequence[Balance]:
        periods = {"day": day, "month": month}
        found = []
        for account, drawn in self._drawn.items():
            if account.period == periods[account.span] and tenant in (None, account.subject.tenant):
                held = self._leases.get(account)
                left = held.left if held else 0
                found.append(Balance(account, drawn - left, max(left, 0)))
        return found

    async def allowances(self) -> Mapping[str, Allowance]:
        return dict(self._allowances)

    async def allow(self, subject: Subject, allowance: Allowance | None) -> None:
        if allowance is None:
            self._allowances.pop(subject.name, None)
        else:
            self._allowances[subject.name] = allowance
