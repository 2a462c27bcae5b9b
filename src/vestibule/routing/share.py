"""What the router may send outside: so many of the last requests, and so much money a day.

Each worker counts the requests that reach it. Where none of several lets more than its share out, all of them together
do not either; what was spent they learn of each other from the records. Knows no model and no policy.
"""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_left, insort
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import psycopg
import structlog

from vestibule.core.configuration import Routes
from vestibule.core.errors import BudgetExceeded, NoCandidate, VestibuleError

READ_EVERY_S = 5.0
LATEST = 200
"""Requests whose gain is remembered."""
WRITTEN_AFTER_S = 2.0
"""A record is written by then."""

log = structlog.get_logger(__name__)


class CloudShare:
    """Which of the requests that were counted left, and what each would have gained by it. Of all that were counted,
    and of any `window` in a row, there are never more than the share that held when the last of them left, but that the
    first may go at once."""

    def __init__(self) -> None:
        self._counted = 0
        self._left: deque[int] = deque()
        self._latest: deque[float] = deque()
        self._gains: list[float] = []  # the same, sorted

    def count(self, gain: float = 0.0) -> None:
        """One more request, and how much better outside would have been than home; 0 where it may not leave."""
        self._counted += 1
        self._latest.append(gain)
        insort(self._gains, gain)
        if len(self._latest) > LATEST:
            del self._gains[bisect_left(self._gains, self._latest.popleft())]

    def least_gain(self, routes: Routes) -> float:
        """What a request has to gain for the share to be spent on it: what those that gained the most of the latest
        ones did, as many of them as may leave, and as may still leave of those before. 0 while they are too few to
        tell."""
        known = len(self._gains)
        may = int(routes.cloud_share * known + 1e-9)
        spare = self._may(routes) - len(self._left_of(routes))
        return max(self._gains[-min(may + max(spare, 0), known)], 0.0) if may else 0.0

    def refuses(self, routes: Routes) -> str:
        """Why one more may not leave now; "" where it may."""
        left, may = len(self._left_of(routes)), self._may(routes)
        if left < may:
            return ""
        last = min(self._counted, routes.window)
        return f"the cloud's share is used up: {left} of the last {last} requests left, {may} may"

    def _left_of(self, routes: Routes) -> deque[int]:
        """Those that left of the last `window`."""
        while self._left and self._left[0] <= self._counted - routes.window:
            self._left.popleft()
        return self._left

    def _may(self, routes: Routes) -> int:
        """How many of those counted, or of the last `window` of them."""
        most = int(routes.cloud_share * routes.window + 1e-9)
        return min(max(int(routes.cloud_share * min(self._counted, routes.window) + 1e-9), 1), most)

    def leave(self, routes: Routes) -> None:
        """Count one that leaves. Raise `NoCandidate` where it may not."""
        if why := self.refuses(routes):
            raise NoCandidate(
                f"It stays at home: {why}.",
                next_step="Ask later or name a model outside, or have `routes.cloud_share` raised.",
            )
        self._left.append(self._counted)


class DayBudget:
    """What models outside cost today (UTC): what all workers' records say, what this one spent since they were read,
    and what it has under way, at estimates."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._day = clock().date()
        self._recorded_eur = 0.0
        self._own: deque[tuple[datetime, float]] = deque()
        self._held_eur = 0.0

    @property
    def spent_eur(self) -> float:
        if self._clock().date() != self._day:
            self._begin(self._clock().date())
        return self._recorded_eur + sum(eur for _, eur in self._own) + self._held_eur

    def refuses(self, routes: Routes, cost_eur: float | None) -> str:
        """Why what costs so much, None where that is not known, may not be spent any more; "" where it may."""
        if routes.eur_per_day is None:
            return ""
        if cost_eur is None:
            return "a budget holds, and what it costs is not known"
        spent = self.spent_eur
        if spent + cost_eur <= routes.eur_per_day:
            return ""
        return f"the day's budget would be exceeded: {spent:.2f} of {routes.eur_per_day:.2f} EUR are spent"

    def hold(self, routes: Routes, cost_eur: float | None) -> float:
        """Set aside what an attempt will cost about, and return it to be settled. Raise `BudgetExceeded`."""
        if why := self.refuses(routes, cost_eur):
            raise BudgetExceeded(
                f"It stays at home: {why}.", next_step="Ask a model at home, or have `routes.eur_per_day` raised."
            )
        held = cost_eur or 0.0
        self._held_eur += held
        return held

    def settle(self, held_eur: float, cost_eur: float) -> None:
        """What was set aside has cost so much."""
        self._held_eur = max(0.0, self._held_eur - held_eur)
        if cost_eur:
            self._own.append((self._clock(), cost_eur))

    def _begin(self, day: date) -> None:
        self._day, self._recorded_eur = day, 0.0
        self._own.clear()

    def read(self, day: date, recorded_eur: float, at: datetime) -> None:
        """The records of `day` came to so much when they were read, at that time."""
        if day != self._clock().date():
            return
        self._day, self._recorded_eur = day, recorded_eur
        while self._own and (at - self._own[0][0]).total_seconds() > WRITTEN_AFTER_S:
            self._own.popleft()

    @asynccontextmanager
    async def following(
        self, spent: Callable[[date], Awaitable[float]], is_kept: Callable[[], bool]
    ) -> AsyncIterator[None]:
        """Read the records again and again while a budget is to be kept; `spent` says what those since the beginning of
        a day come to. While they cannot be read, what was known counts on."""
        await self._look(spent, is_kept)
        task = asyncio.create_task(self._follow(spent, is_kept), name="day's budget")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _follow(self, spent: Callable[[date], Awaitable[float]], is_kept: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(READ_EVERY_S)
            await self._look(spent, is_kept)

    async def _look(self, spent: Callable[[date], Awaitable[float]], is_kept: Callable[[], bool]) -> None:
        at = self._clock()
        if not is_kept():
            self._begin(at.date())
            return
        try:
            self.read(at.date(), await spent(at.date()), at)
        except (VestibuleError, psycopg.Error) as error:
            log.warning("budget_unread", reason=type(error).__name__)


class Outside:
    """Both limits, as one request meets them."""

    def __init__(self, share: CloudShare | None = None, budget: DayBudget | None = None) -> None:
        self.share = share or CloudShare()
        self.budget = budget or DayBudget()

    def refuses(self, routes: Routes, cost_eur: float | None, *, exempt: bool) -> str:
        """Why a request that nobody sends there by name may not leave; "" where it may. What is `exempt` is held to the
        budget alone."""
        return (not exempt and self.share.refuses(routes)) or self.budget.refuses(routes, cost_eur)

    def leave(self, routes: Routes, cost_eur: float | None, *, exempt: bool) -> float:
        """Count it and set its cost aside, which is returned. Raise `NoCandidate` or `BudgetExceeded`."""
        held = self.budget.hold(routes, cost_eur)
        try:
            if not exempt:
                self.share.leave(routes)
        except NoCandidate:
            self.budget.settle(held, 0.0)
            raise
        return held
