"""What is taken of every limit, exactly, by any number of workers: each take is one step that all others wait for.

All of what a request claims is there and taken, or nothing is. Knows no settings, no database and no error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from vestibule.access.limits.base import LEASE_S, Account, Span
from vestibule.access.limits.calendar import day_of, month_of_day, until_next_month_s, until_tomorrow_s
from vestibule.access.limits.claims import UNLIMITED, Ceiling, Claim, Shortage, Stamp, Standing, Subject, Taken
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.layout import (
    CELLS,
    COUNTS,
    DAY,
    DAY_END,
    DIGEST,
    DIGEST_2,
    HEAD,
    INTERVAL_S,
    LATEST,
    MONTH,
    PLACES,
    REQUEST_RING,
    REQUESTS,
    RING,
    TOKEN_RING,
    TOKENS,
    WORDS,
)
from vestibule.core.errors import RateLimited

_SPANS: dict[Span, int] = {"day": DAY, "month": MONTH}
_PROBES = 64
_PLACE_WAIT_S = 1.0


_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def since_boot() -> float:
    """Seconds that all processes of the host agree on, those it slept too: leases end while it sleeps."""
    return time.clock_gettime(_CLOCK)


class Table:
    """`clock` is one that all processes of the host share; `wall` is Unix time, for days and months."""

    def __init__(
        self, ground: Ground, clock: Callable[[], float] = since_boot, wall: Callable[[], float] = time.time
    ) -> None:
        self._ground = ground
        self._cells = ground.cells
        self._memory = ground.memory
        self._mine = ground.mine
        self.clock = clock
        self.wall = wall
        self._bases: dict[int, int] = {}
        self.closed = False
        self._days_of = -1
        self._days = (0, 0)
        with ground.locked():
            self._forget(ground.worker)
            ground.used[ground.worker] = 1
            if ground.alone:
                self._drop_leases_of_another_clock()
        ground.let_go()

    def take(self, claims: Sequence[Claim], *, overdraw: bool = False) -> Taken:
        """Take every claim or none. With `overdraw` a day's and a month's slices may fall below 0.

        Raise `RateLimited` where there are more subjects at once than can be counted.
        """
        now = self.clock()
        interval = int(now) // INTERVAL_S
        now_ms = int(now * 1000)
        today, month = self._days if self._days_of == interval else self._look_at_days(interval)
        memory, cells, bases = self._memory, self._cells, self._bases
        counted = []
        self._ground.enter()
        try:
            # a cell is read and written whole and in place: this is on the way of every request, see benchmarks/limits
            for claim in claims:
                ceiling, amount = claim.ceiling, claim.amount
                requests, tokens, places = amount.requests, amount.tokens, amount.places
                days, months = amount.day, amount.month
                first, second = ceiling.subject.digest
                base = bases.get(first, 0)
                head = HEAD.unpack_from(memory, base * 8)
                if head[0] != first or head[1] != second or head[2] != interval:
                    base = self._find(ceiling.subject, interval)
                    head = HEAD.unpack_from(memory, base * 8)
                _, _, _, all_requests, all_tokens, all_places, _, _, day, day_left, day_end, mon, mon_left, mon_end = (
                    head
                )
                if (
                    (requests and all_requests + requests > ceiling.requests)
                    or (places and all_places + places > ceiling.concurrency)
                    or (tokens and all_tokens + tokens > ceiling.tokens)
                ):
                    return self._lacking(base, claim, now)
                if days and ceiling.day is not None:
                    usable = (day_left if day_end > now_ms else min(day_left, 0)) if day == today else 0
                    if usable < days and not overdraw:
                        return Shortage(ceiling, "day", until_tomorrow_s(self.wall()), days - usable)
                    day_left, day_end, day = (day_left, day_end, day) if day == today else (0, 0, today)
                    day_left -= days
                if months and ceiling.month is not None:
                    usable = (mon_left if mon_end > now_ms else min(mon_left, 0)) if mon == month else 0
                    if usable < months and not overdraw:
                        return Shortage(ceiling, "month", until_next_month_s(self.wall()), months - usable)
                    mon_left, mon_end, mon = (mon_left, mon_end, mon) if mon == month else (0, 0, month)
                    mon_left -= months
                left = (day, day_left, day_end, mon, mon_left, mon_end)
                counts = (all_requests + requests, all_tokens + tokens, all_places + places, 0, 0, *left)
                counted.append((base, counts, requests, tokens, places))
            ring = interval % RING
            for base, counts, requests, tokens, places in counted:
                COUNTS.pack_into(memory, base * 8 + 24, *counts)
                if requests:
                    cells[base + REQUEST_RING + ring] += requests
                if tokens:
                    cells[base + TOKEN_RING + ring] += tokens
                if places:
                    self._mine[base // WORDS] += places
        finally:
            self._ground.leave()
        return Stamp(interval, today, month)

    def give(self, claims: Sequence[Claim], stamp: Stamp) -> None:
        """Put back of what was taken at `stamp`; a negative amount is taken besides, whatever the limit."""
        interval = int(self.clock()) // INTERVAL_S
        memory, cells, bases = self._memory, self._cells, self._bases
        self._ground.enter()
        try:
            for claim in claims:
                ceiling, amount = claim.ceiling, claim.amount
                requests, tokens, places = amount.requests, amount.tokens, amount.places
                days, months = amount.day, amount.month
                first, second = ceiling.subject.digest
                base = bases.get(first, 0)
                head = HEAD.unpack_from(memory, base * 8)
                if head[0] != first or head[1] != second or head[2] != interval:
                    base = self._find(ceiling.subject, interval)
                    head = HEAD.unpack_from(memory, base * 8)
                (
                    _,
                    _,
                    latest,
                    all_requests,
                    all_tokens,
                    all_places,
                    _,
                    _,
                    day,
                    day_left,
                    day_end,
                    mon,
                    mon_left,
                    mon_end,
                ) = head
                if latest - RING < stamp.interval and (requests or tokens):
                    ring = stamp.interval % RING
                    all_requests, all_tokens = all_requests - requests, all_tokens - tokens
                    cells[base + REQUEST_RING + ring] -= requests
                    cells[base + TOKEN_RING + ring] -= tokens
                if places:
                    self._mine[base // WORDS] -= places
                if days and ceiling.day is not None and (day == stamp.day or not day):
                    day, day_left = stamp.day, day_left + days
                if months and ceiling.month is not None and (mon == stamp.month or not mon):
                    mon, mon_left = stamp.month, mon_left + months
                left = (day, day_left, day_end, mon, mon_left, mon_end)
                COUNTS.pack_into(memory, base * 8 + 24, all_requests, all_tokens, all_places - places, 0, 0, *left)
        finally:
            self._ground.leave()

    def standing(self, ceiling: Ceiling) -> tuple[Standing, Standing]:
        """Of requests and of tokens. Read beside the lock: what others take meanwhile may be in it or not."""
        now = self.clock()
        interval = int(now) // INTERVAL_S
        base = self._known(ceiling.subject)
        if base is None:
            return Standing(ceiling.requests, ceiling.requests, 0.0), Standing(ceiling.tokens, ceiling.tokens, 0.0)
        if self._cells[base + LATEST] != interval:
            with self._ground.locked():
                self._advance(base, interval)
        requests = self._stands(base, ceiling.requests, REQUESTS, REQUEST_RING, now)
        return requests, self._stands(base, ceiling.tokens, TOKENS, TOKEN_RING, now)

    # what is leased of a day or a month

    def lend(self, account: Account, amount: int, ends_at: float) -> None:
        """Add a slice that may be used until `ends_at` of the clock. A debt of the same period is paid from it."""
        now = self.clock()
        at, cells = _SPANS[account.span], self._cells
        with self._ground.locked():
            base = self._find(account.subject, int(now) // INTERVAL_S)
            left = cells[base + at + 1] if cells[base + at] == account.period else 0
            if cells[base + at + 2] <= int(now * 1000):
                left = min(left, 0)
            cells[base + at], cells[base + at + 1] = account.period, left + amount
            cells[base + at + 2] = int(ends_at * 1000)

    def left(self, account: Account) -> int | None:
        """What is left of the slices; None where none was leased here."""
        at, cells = _SPANS[account.span], self._cells
        with self._ground.locked():
            base = self._known(account.subject)
            return None if base is None or cells[base + at] != account.period else cells[base + at + 1]

    def renew(self, account: Account, ends_at: float) -> None:
        at, cells = _SPANS[account.span], self._cells
        with self._ground.locked():
            base = self._known(account.subject)
            if base is not None and cells[base + at] == account.period:
                cells[base + at + 2] = int(ends_at * 1000)

    def withdraw(self, account: Account) -> int | None:
        """Take what is left out, to be given back; a debt too."""
        at, cells = _SPANS[account.span], self._cells
        with self._ground.locked():
            base = self._known(account.subject)
            if base is None or cells[base + at] != account.period:
                return None
            left = cells[base + at + 1]
            cells[base + at], cells[base + at + 1], cells[base + at + 2] = 0, 0, 0
            return left

    def account(self, ceiling: Ceiling, span: Span) -> Account:
        """Of the day and month that it is now."""
        today, month = self._look_at_days(int(self.clock()) // INTERVAL_S)
        return Account(ceiling.subject, span, today if span == "day" else month)

    def reap(self) -> int:
        """Give back the places of workers that died with requests under way; return how many."""
        with self._ground.locked():
            return sum(self._forget(worker) for worker in self._ground.dead())

    @property
    def alone(self) -> bool:
        """Whether no other worker shares it."""
        return self._ground.alone

    def close(self) -> None:
        """Give back what this worker holds."""
        self.closed = True
        with self._ground.locked():
            self._forget(self._ground.worker)
        self._ground.close()

    # one cell

    def _find(self, subject: Subject, interval: int) -> int:
        """The subject's cell, as of now; a new one or one that nobody needs any more where it has none."""
        first, second = subject.digest
        cells = self._cells
        base = self._bases.get(first)
        if base is None or cells[base] != first or cells[base + DIGEST_2] != second:
            base = self._search(first, second)
            if base is None:
                return self._claim_cell(subject, interval)
        if cells[base + LATEST] != interval:
            self._advance(base, interval)
        return base

    def _known(self, subject: Subject) -> int | None:
        return self._search(*subject.digest)

    def _search(self, first: int, second: int) -> int | None:
        cells = self._cells
        for probe in range(_PROBES):
            base = (second + probe) % CELLS * WORDS
            if cells[base] == first and cells[base + DIGEST_2] == second:
                self._bases[first] = base
                return base
            if not cells[base]:
                break
        self._bases.pop(first, None)
        return None

    def _claim_cell(self, subject: Subject, interval: int) -> int:
        first, second = subject.digest
        cells = self._cells
        for probe in range(_PROBES):
            base = (second + probe) % CELLS * WORDS
            if not cells[base] or self._is_idle(base, interval):
                for word in range(WORDS):
                    cells[base + word] = 0
                cells[base + DIGEST], cells[base + DIGEST_2], cells[base + LATEST] = first, second, interval
                self._bases[first] = base
                return base
        raise RateLimited(
            "More keys, tenants and models are in use at once than can be counted.",
            retry_after_s=60.0,
            next_step="Wait as long as Retry-After says.",
        )

    def _is_idle(self, base: int, interval: int) -> bool:
        cells = self._cells
        taken = cells[base + PLACES] or cells[base + DAY] or cells[base + MONTH]
        return not taken and not -RING < interval - cells[base + LATEST] < RING

    def _advance(self, base: int, interval: int) -> None:
        """Let go of the intervals that are past. One that lies ahead is of a clock before the last start."""
        cells = self._cells
        behind = interval - cells[base + LATEST]
        if not behind or -RING < behind < 0:
            return
        for passed in range(min(behind, RING) if behind > 0 else RING):
            ring = (interval - passed) % RING
            cells[base + REQUESTS] -= cells[base + REQUEST_RING + ring]
            cells[base + TOKENS] -= cells[base + TOKEN_RING + ring]
            cells[base + REQUEST_RING + ring] = cells[base + TOKEN_RING + ring] = 0
        cells[base + LATEST] = interval

    def _lacking(self, base: int, claim: Claim, now: float) -> Shortage:
        """Which of a minute's and the places there are too few of, and when there will be enough."""
        cells, ceiling, amount = self._cells, claim.ceiling, claim.amount
        if cells[base + REQUESTS] + amount.requests > ceiling.requests and amount.requests:
            wait_s = self._wait_s(base, ceiling.requests - amount.requests, REQUESTS, REQUEST_RING, now)
            return Shortage(ceiling, "requests", wait_s)
        if cells[base + PLACES] + amount.places > ceiling.concurrency and amount.places:
            return Shortage(ceiling, "concurrency", _PLACE_WAIT_S)
        wait_s = self._wait_s(base, ceiling.tokens - amount.tokens, TOKENS, TOKEN_RING, now)
        return Shortage(ceiling, "tokens", wait_s)

    def _forget(self, worker: int) -> int:
        """Give back all places a worker holds."""
        given = 0
        with self._ground.held(worker) as held:
            for cell, places in enumerate(held.tolist() if self._ground.used[worker] else ()):
                if places:
                    self._cells[cell * WORDS + PLACES] -= places
                    held[cell] = 0
                    given += places
        self._ground.used[worker] = 0
        return given

    def _drop_leases_of_another_clock(self) -> None:
        """What ends later than any lease can was leased before the machine started again: it is lost, and comes back
        to the books by its end there."""
        cells, latest_ms = self._cells, int((self.clock() + LEASE_S) * 1000)
        for base in range(0, CELLS * WORDS, WORDS):
            for at in (DAY, MONTH):
                if cells[base + at + 2] > latest_ms:
                    cells[base + at], cells[base + at + 1], cells[base + at + 2] = 0, 0, 0

    def _wait_s(self, base: int, allowed: int, total: int, rings: int, now: float) -> float | None:
        """When so much of the oldest has passed that the sum is no more than `allowed`."""
        cells = self._cells
        if allowed < 0:
            return None
        latest, taken = cells[base + LATEST], cells[base + total]
        for interval in range(latest - RING + 1, latest + 1):
            taken -= cells[base + rings + interval % RING]
            if taken <= allowed:
                return max(0.0, (interval + RING) * INTERVAL_S - now)
        return None

    def _stands(self, base: int, limit: int, total: int, rings: int, now: float) -> Standing:
        if limit >= UNLIMITED:
            return Standing(limit, limit, 0.0)
        cells = self._cells
        taken, newest = cells[base + total], cells[base + LATEST]
        oldest = newest - RING
        while newest > oldest and not cells[base + rings + newest % RING]:
            newest -= 1
        reset_s = 0.0 if newest == oldest else max(0.0, (newest + RING) * INTERVAL_S - now)
        return Standing(limit, max(0, limit - taken), reset_s)

    def _look_at_days(self, interval: int) -> tuple[int, int]:
        """The day and the month, looked at once in an interval."""
        today = day_of(self.wall())
        self._days_of, self._days = interval, (today, month_of_day(today))
        return self._days


assert DAY_END == DAY + 2
