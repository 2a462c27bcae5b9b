"""Slices of days and months, leased from the books for all workers of this host, told and given back.

What is spent is taken from the slice in shared memory, so that no request but the one that finds it short waits for
the books. While they are away the slice that is there may be used, as long as it was leased for.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog

from vestibule.access.limits.base import LEASE_S, Account, Balance, Books, Lease
from vestibule.access.limits.claims import Shortage
from vestibule.access.limits.table import Table
from vestibule.core.errors import VestibuleError

SLICES = 64
MARGIN_S = 10.0
TELL_S = 5.0
IDLE_S = 30.0

Drawn = Literal["granted", "spent", "away"]

log = structlog.get_logger(__name__)


class Leases:
    def __init__(self, table: Table, books: Books) -> None:
        self._table = table
        self._books = books
        self._drawing: dict[Account, asyncio.Event] = {}
        self._seen: dict[Account, tuple[int, float]] = {}
        self._owing: set[Account] = set()
        self.away = ""

    async def draw(self, shortage: Shortage) -> Drawn:
        """Lease what is lacking, and some more for the next ones."""
        assert shortage.what == "day" or shortage.what == "month"
        ceiling = shortage.ceiling
        limit = (ceiling.day if shortage.what == "day" else ceiling.month) or 0
        account = self._table.account(ceiling, shortage.what)
        if shortage.lacking > limit:
            return "spent"
        if drawing := self._drawing.get(account):
            await drawing.wait()
            return "granted"  # to somebody at least: look again
        drawing = self._drawing[account] = asyncio.Event()
        try:
            ends_at = self._ends_at()
            granted = await self._books.draw(account, limit, shortage.lacking, limit // SLICES)
            if granted:
                self._table.lend(account, granted, ends_at)
            self.away = ""
            return "granted" if granted else "spent"
        except VestibuleError as error:
            self.away = error.message
            return "away"
        finally:
            del self._drawing[account]
            drawing.set()

    def owe(self, account: Account) -> None:
        """Something may have been used or put back where nothing is leased: while the books were away, or after what
        was leased had been given back."""
        self._owing.add(account)

    async def tend(self) -> None:
        """Tell what is left of every lease, give back what nobody uses, and enter what is owed."""
        try:
            leases = await self._books.leases()
            for lease in leases:
                await self._tend_to(lease)
            for account in self._owing - {lease.account for lease in leases}:
                if self._table.left(account):
                    await self._give_back(Lease(account, 0, 0))
                self._owing.discard(account)
        except VestibuleError as error:
            self.away = error.message
        else:
            self.away = ""

    async def balances(self, day: int, month: int, tenant: str | None = None) -> list[Balance]:
        """As the books have it, after telling them what is left here."""
        await self.tend()
        return list(await self._books.balances(day, month, tenant))

    async def close(self) -> None:
        """Give everything back, unless other workers of this host go on with it."""
        if self._table.alone:
            try:
                for lease in await self._books.leases():
                    await self._give_back(lease)
            except VestibuleError as error:
                log.warning("leases_kept", reason=error.message, until_s=LEASE_S)

    async def _tend_to(self, lease: Lease) -> None:
        account, left = lease.account, self._table.left(lease.account)
        if left is None:
            return
        now = self._table.clock()
        before, since = self._seen.get(account, (None, now))
        if before != left:
            self._seen[account] = (left, now)
        elif now - since > IDLE_S:
            self._seen.pop(account, None)
            await self._give_back(lease)
            return
        ends_at = self._ends_at()
        if await self._books.tell(lease, left):
            self._table.renew(account, ends_at)

    async def _give_back(self, lease: Lease) -> None:
        left = self._table.withdraw(lease.account)
        if left is None:
            return
        try:
            await self._books.give_back(lease, left)
        except BaseException:
            self._table.lend(lease.account, left, self._ends_at() if lease.serial else 0.0)
            raise

    def _ends_at(self) -> float:
        """Ours ends a little before the books let others have it."""
        return self._table.clock() + LEASE_S - MARGIN_S
