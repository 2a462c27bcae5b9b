"""Takes of every limit what a request may need before it begins, and puts back what it did not use, however it ends.

A request takes twice: its place among the requests of its key and tenant when it comes in, and its tokens and money
when it is known which model is asked. Knows no HTTP and no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

import msgspec
import psycopg
import structlog

from vestibule.access.limits.base import Account, Balance, Books
from vestibule.access.limits.calendar import day_of, month_of_day
from vestibule.access.limits.claims import UNLIMITED, Amount, Ceiling, Claim, Kind, Shortage, Stamp, Standing, Subject
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.leases import IDLE_S, TELL_S, Leases
from vestibule.access.limits.memory import MemoryBooks
from vestibule.access.limits.prices import PriceList
from vestibule.access.limits.refusals import refusal
from vestibule.access.limits.reservation import Reservation, Ticket
from vestibule.access.limits.rules import Rules
from vestibule.access.limits.table import Table
from vestibule.core.caller import Caller
from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.core.settings import Allowance, Limits, ModelSettings

LOOK_EVERY_S = 1.0
ONE_REQUEST = Amount(requests=1)
ONE_PLACE = Amount(requests=1, places=1)
JUST_A_PLACE = Amount(places=1)

log = structlog.get_logger(__name__)


class Elsewhere(Protocol):
    """What is taken by all machines together, of rates and places."""

    async def take(self, claims: Sequence[Claim]) -> Shortage | str:
        """Take all or nothing; return a ticket to give back with, empty while it is away and nothing is counted."""
        ...

    def give(self, claims: Sequence[Claim], ticket: str) -> None:
        """Never blocks and never fails."""
        ...

    def share(self, ceiling: Ceiling) -> Ceiling:
        """The part of it that is this machine's while the others cannot be asked; else all of it."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]: ...

    @property
    def away(self) -> str: ...


class Limiter:
    def __init__(
        self,
        limits: Limits,
        models: Iterable[ModelSettings] = (),
        *,
        table: Table | None = None,
        books: Books | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Without `table` and `books` of others it counts in this process alone."""
        self.rules = Rules(limits)
        self.prices = PriceList(models)
        self.table = table or Table(Ground.private())
        self.books = books or MemoryBooks()
        self.leases = Leases(self.table, self.books)
        self.elsewhere = elsewhere
        self.answer_tokens = limits.answer_tokens
        self._unread = False

    def count(self, caller: Caller) -> None:
        """Count one request of the key and of the tenant, on this host. Raise `RateLimited`."""
        claims = [Claim(ceiling, ONE_REQUEST) for ceiling in self._of(caller) if ceiling.of_minute]
        taken = self.table.take(claims) if claims else None
        if isinstance(taken, Shortage):
            raise refusal(taken)

    async def admit(self, caller: Caller) -> Reservation:
        """Count one request of the key and of the tenant, and take its place until the reservation is closed.

        Raise `RateLimited`."""
        ceilings = self._of(caller)
        claims = [
            Claim(ceiling, ONE_PLACE if ceiling.concurrency < UNLIMITED else ONE_REQUEST)
            for ceiling in ceilings
            if ceiling.requests < UNLIMITED or ceiling.concurrency < UNLIMITED
        ]
        ticket = await self.take(claims, at_home=True) if claims else None
        places = tuple(Claim(claim.ceiling, JUST_A_PLACE) for claim in claims if claim.amount.places)
        return Reservation(self, ceilings, places, ticket)

    def standing(self, caller: Caller) -> tuple[Standing, Standing]:
        """Of requests and tokens, as the strictest of the caller's limits has it; `UNLIMITED` where there is none."""
        both = [self.table.standing(self._shared(ceiling)) for ceiling in self._of(caller) if ceiling.of_minute]
        nothing = Standing(UNLIMITED, UNLIMITED, 0.0)
        requests = min((s for s, _ in both), key=lambda s: s.left, default=nothing)
        return requests, min((s for _, s in both), key=lambda s: s.left, default=nothing)

    @property
    def degraded(self) -> str:
        """What is not as it should be, and what holds meanwhile; empty where all is well."""
        said = []
        if self.elsewhere and self.elsewhere.away:
            said.append(f"{self.elsewhere.away}: this machine counts alone, with its share of each limit")
        if self.leases.away:
            said.append(f"{self.leases.away} Days and months go on with what is leased; then home alone answers")
        return "; ".join(said)

    async def balances(self, tenant: str | None = None) -> list[Balance]:
        """Of this day and month, by the books: what is used, and what is leased and not used yet."""
        today = day_of(self.table.wall())
        return await self.leases.balances(today, month_of_day(today), tenant)

    async def allow(self, kind: Kind, name: str, tenant: str, allowance: Allowance | None) -> None:
        """Set the limits of one subject, here at once and on other hosts within a second."""
        await self.books.allow(Subject.of(kind, name, tenant), allowance)
        self.rules.become(await self.books.allowances())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow what administrators set, tend the leases, and free what workers left that died."""
        await self._look()
        tasks = [
            asyncio.create_task(self._tend_forever(), name="limits"),
            asyncio.create_task(self._reap_forever(), name="limits: places"),
        ]
        async with AsyncExitStack() as stack:
            if self.elsewhere:
                await stack.enter_async_context(self.elsewhere.running())
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self.leases.close()
                self.table.close()

    async def _tend_forever(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            rounds += 1
            await self._look()
            if rounds % int(TELL_S / LOOK_EVERY_S) == 0:
                await self.leases.tend()

    async def _reap_forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.table.reap()

    async def _look(self) -> None:
        """What administrators set; what was known before holds while it cannot be read."""
        try:
            self.rules.become(await self.books.allowances())
        except (VestibuleError, psycopg.Error, msgspec.ValidationError) as error:
            if not self._unread:
                log.warning("limits_unread", error=type(error).__name__)
            self._unread = True
        else:
            self._unread = False

    def _of(self, caller: Caller) -> tuple[Ceiling, Ceiling]:
        tenant = self.rules.ceiling("tenant", caller.tenant, caller.tenant)
        return self.rules.ceiling("key", caller.key_id, caller.tenant), tenant

    async def take(self, claims: Sequence[Claim], *, at_home: bool) -> Ticket:
        """Take all or nothing, leasing what is short. Raise what the caller is to be told."""
        elsewhere = self.elsewhere
        if elsewhere is None:
            return Ticket(await self._take_here(claims, at_home), "", self.table.clock())
        while True:
            shared = [Claim(elsewhere.share(claim.ceiling), claim.amount) for claim in claims]
            stamp = await self._take_here(shared, at_home)
            try:
                taken = await elsewhere.take(claims)
            except BaseException:
                self.table.give(claims, stamp)
                raise
            if isinstance(taken, Shortage):
                self.table.give(claims, stamp)
                raise refusal(taken)
            if taken or all(
                elsewhere.share(claim.ceiling) == its.ceiling for claim, its in zip(claims, shared, strict=True)
            ):
                return Ticket(stamp, taken, self.table.clock())
            # it has just gone away: what was all of it is a share now
            self.table.give(claims, stamp)

    def give(self, claims: Sequence[Claim], ticket: Ticket) -> None:
        """Put back of what was taken with the ticket. What ends after all else has ended puts nothing back."""
        if self.table.closed:
            return
        self.table.give(claims, ticket.stamp)
        if self.elsewhere is not None:
            self.elsewhere.give(claims, ticket.id)
        if self.table.clock() - ticket.at > IDLE_S / 2:
            for claim in claims:
                self._reconcile(claim.ceiling, ticket.stamp)

    def model(self, name: str) -> Ceiling:
        return self.rules.ceiling("model", name)

    async def _take_here(self, claims: Sequence[Claim], at_home: bool) -> Stamp:
        overdraw = False
        while True:
            taken = self.table.take(claims, overdraw=overdraw)
            if isinstance(taken, Stamp):
                return taken
            if taken.what not in ("day", "month"):
                raise refusal(taken)
            drawn = await self.leases.draw(taken)
            if drawn == "spent":
                raise refusal(taken)
            if drawn == "away":
                overdraw = self._may_overdraw(taken, at_home)

    def _reconcile(self, ceiling: Ceiling, stamp: Stamp) -> None:
        """What was leased may have been given back meanwhile."""
        if ceiling.day is not None:
            self.leases.owe(Account(ceiling.subject, "day", stamp.day))
        if ceiling.month is not None:
            self.leases.owe(Account(ceiling.subject, "month", stamp.month))

    def _shared(self, ceiling: Ceiling) -> Ceiling:
        return self.elsewhere.share(ceiling) if self.elsewhere else ceiling

    def _may_overdraw(self, shortage: Shortage, at_home: bool) -> bool:
        """At home anybody may go on while the books are away; it is entered when they are back."""
        if not at_home:
            raise Unavailable(
                "What is left of the budget cannot be asked, and no cloud model is asked without.",
                next_step="Models at home go on answering; `vestibule doctor` says what is wrong with the database.",
            )
        assert shortage.what == "day" or shortage.what == "month"
        self.leases.owe(self.table.account(shortage.ceiling, shortage.what))
        return True
