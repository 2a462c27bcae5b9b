"""The queue of one model: so many at once, the others in a fair line with bounded room.

A slot goes from hand to hand: whoever leaves gives it to the next before anybody new can take it. Nothing is awaited
while the books are changed, so there is no lock, and no slot is lost or given twice. Estimates by what turns took
lately; knows no request and no provider.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from statistics import median
from typing import Literal, Protocol

from vestibule.core.errors import DeadlineExceeded, QueueFull, VestibuleError
from vestibule.routing.admission.line import Line
from vestibule.telemetry.metrics import Metrics

Priority = Literal["interactive", "batch"]
BATCH_AFTER = 16
"""A batch that waits gets a turn after so many others, however many there are."""
TENANTS_KNOWN = 1024


class Server(Protocol):
    """`capacity` is how many it serves at once, None where it knows no limit. It is asked anew each time."""

    @property
    def capacity(self) -> int | None: ...


class _Waiter:
    """`answer` is None once it is its turn, or why it will have none."""

    __slots__ = ("answer", "priority", "since", "tenant", "timer")

    def __init__(self, tenant: str, priority: Priority, since: float) -> None:
        self.tenant = tenant
        self.priority: Priority = priority
        self.since = since
        self.answer: asyncio.Future[VestibuleError | None] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None


class ModelQueue:
    """When the capacity of `server` has changed, `wake` lets those go who may go now."""

    def __init__(self, model: str, server: Server, room: int, metrics: Metrics, clock: Callable[[], float]) -> None:
        self.server = server
        self.taken = 0
        self._model = model
        self._room = room
        self._metrics = metrics
        self._clock = clock
        self._lines: dict[Priority, Line[_Waiter]] = {"interactive": Line(), "batch": Line()}
        self._others_in_a_row = 0
        self._held: Counter[str] = Counter()
        self._last_turn: OrderedDict[str, int] = OrderedDict()
        self._number = itertools.count(1)
        self._took_s: deque[float] = deque(maxlen=32)

    @property
    def waiting(self) -> int:
        return sum(map(len, self._lines.values()))

    async def enter(self, tenant: str, deadline: float | None, priority: Priority) -> float:
        """Take a slot, at once or in turn, and return when, in seconds of the clock. Raises `QueueFull` and
        `DeadlineExceeded`."""
        now = self._clock()
        if deadline is not None and deadline <= now:
            raise _too_late(self._model)
        self.wake()
        if self._is_free and not self.waiting:
            self._take(tenant)
            self._metrics.queue_waited(0.0)
            return now
        self._refuse_in_vain(tenant, deadline, priority, now)
        return await self._wait(_Waiter(tenant, priority, now), deadline)

    def leave(self, tenant: str, since: float, *, whole: bool) -> None:
        """Give the slot, taken at `since`, to who is next. Only turns that came to their end say how long one takes."""
        if whole:
            self._took_s.append(self._clock() - since)
        self.taken -= 1
        self._held[tenant] -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        self.wake()

    def wake(self) -> None:
        """Give what slots are free to those whose turn it is."""
        while self._is_free and self.waiting:
            waiter = self._next()
            if not waiter.answer.done():  # cancelled a moment ago
                self._take(waiter.tenant)
                self._settle(waiter, None)

    @property
    def _is_free(self) -> bool:
        capacity = self.server.capacity
        return capacity is None or self.taken < capacity

    def _take(self, tenant: str) -> None:
        self.taken += 1
        self._held[tenant] += 1
        self._last_turn[tenant] = next(self._number)
        self._last_turn.move_to_end(tenant)
        if len(self._last_turn) > TENANTS_KNOWN:
            self._last_turn.popitem(last=False)

    def _next(self) -> _Waiter:
        interactive, batch = self._lines["interactive"], self._lines["batch"]
        if batch and (not interactive or self._others_in_a_row >= BATCH_AFTER):
            self._others_in_a_row = 0
            return batch.pop(self._rank)
        self._others_in_a_row = self._others_in_a_row + 1 if batch else 0
        return interactive.pop(self._rank)

    def _rank(self, tenant: str) -> tuple[int, int]:
        return self._held[tenant], self._last_turn.get(tenant, 0)

    async def _wait(self, waiter: _Waiter, deadline: float | None) -> float:
        self._lines[waiter.priority].append(waiter.tenant, waiter)
        self._metrics.queue_waiting(self._model, self.waiting)
        if deadline is not None:
            loop = asyncio.get_running_loop()
            waiter.timer = loop.call_later(deadline - waiter.since, self._send_away, waiter)
        try:
            refusal = await waiter.answer
        except asyncio.CancelledError:
            if waiter.answer.cancelled():
                self._remove(waiter)
            elif waiter.answer.result() is None:  # its turn came and it left in the same moment
                self.leave(waiter.tenant, waiter.since, whole=False)
            raise
        finally:
            if waiter.timer:
                waiter.timer.cancel()
        if refusal:
            raise refusal
        now = self._clock()
        self._metrics.queue_waited(now - waiter.since)
        return now

    def _send_away(self, waiter: _Waiter) -> None:
        """At its deadline, unless it goes already."""
        if not waiter.answer.done():
            self._remove(waiter)
            self._settle(waiter, _too_late(self._model))

    def _remove(self, waiter: _Waiter) -> None:
        self._lines[waiter.priority].remove(waiter.tenant, waiter)
        self._metrics.queue_waiting(self._model, self.waiting)

    def _settle(self, waiter: _Waiter, why: VestibuleError | None) -> None:
        if not waiter.answer.done():
            waiter.answer.set_result(why)
        self._metrics.queue_waiting(self._model, self.waiting)

    def _refuse_in_vain(self, tenant: str, deadline: float | None, priority: Priority, now: float) -> None:
        """Raise `QueueFull` for what would be answered too late, and where there is no room and none can be made."""
        usual_s = median(self._took_s) if self._took_s else None
        at_once = max(self.server.capacity or 1, 1)
        if deadline is not None and usual_s is not None:
            ahead = self._lines[priority].ahead(tenant)
            ahead += len(self._lines["interactive"]) if priority == "batch" else 0
            late_s = now + usual_s * ((ahead + 1) / at_once + 1) - deadline
            if late_s > 0:
                raise QueueFull(
                    f"{self.waiting} requests are waiting for {self._model}: "
                    f"the answer would come about {late_s:.1f} s after the deadline.",
                    next_step="Ask again later, ask another model, or give it more time by vestibule.route.deadline_s.",
                    retry_after_s=late_s,
                )
        if self.waiting >= self._room:
            full = QueueFull(
                f"{self.waiting} requests are waiting for {self._model} already.",
                next_step="Ask again later or ask another model; `local.queue` is how many may wait.",
                retry_after_s=usual_s / at_once if usual_s else 1.0,
            )
            displaced = self._displaced(tenant, priority)
            if displaced is None:
                raise full
            self._settle(displaced, full)

    def _displaced(self, tenant: str, priority: Priority) -> _Waiter | None:
        """Who goes for one who comes to a full queue: a batch for a person, else whoever waits beside the most of his
        own, if the tenant that comes has fewer."""
        batch = self._lines["batch"]
        if priority == "interactive" and batch:
            return batch.pop_of_longest(0)
        line = self._lines[priority]
        return line.pop_of_longest(line.of(tenant) + 1)


def _too_late(model: str) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"The deadline passed before it was this request's turn at {model}.",
        next_step="Ask again later, ask another model, or give it more time by vestibule.route.deadline_s.",
    )
