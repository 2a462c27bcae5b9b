"""The queue under any schedule of callers, cancellations, deadlines and capacities: no slot lost, none given twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.routing.admission.serving import Model, Provider, turns
from vestibule.core.errors import DeadlineExceeded, QueueFull
from vestibule.routing.admission import Admission, Load
from vestibule.routing.admission.queue import Priority
from vestibule.telemetry.metrics import Metrics

PASSED, SOON, FAR = -1.0, 0.0005, 1000.0


@dataclass
class Books:
    """Who holds a slot, as the holders themselves write it down; `capacity` is the largest since it was last looked at.

    A model that shrinks lets those finish who have a slot: more than the capacity are only ever left over from before.
    """

    capacity: int
    held: int = 0
    before: int = 0

    def look(self, load: Load) -> None:
        assert self.held <= load.served, "somebody holds a slot that was given to nobody"
        assert load.served <= max(self.before, self.capacity), "more were given a slot than there are"
        self.before = load.served


Caller = tuple[str, Priority, int, int, float | None, int | None]
CALLERS = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from(["interactive", "batch"]),
    st.integers(0, 4),  # turns of the loop before it asks
    st.integers(0, 3),  # that it holds its slot
    st.sampled_from([None, None, None, FAR, SOON, PASSED]),
    st.one_of(st.none(), st.integers(1, 14)),  # after which it is cancelled
)
CAPACITIES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.booleans()), max_size=5)


@settings(deadline=None, max_examples=300)
@given(st.lists(CALLERS, min_size=4, max_size=16), st.integers(1, 2), st.integers(0, 12), CAPACITIES)
def test_every_schedule_gives_each_slot_once_and_back_once(
    callers: list[Caller], capacity: int, room: int, changes: list[tuple[int, int, bool]]
) -> None:
    model = Model(provider=Provider(capacity))
    admission = Admission(Metrics(), room)
    books = Books(capacity)

    async def call(tenant: str, priority: Priority, begin: int, hold: int, deadline: float | None) -> str:
        await turns(begin)
        until = None if deadline is None else time.monotonic() + deadline
        try:
            async with admission.turn(model, tenant, until, priority):
                books.held += 1
                try:
                    await turns(hold)
                finally:
                    books.held -= 1
        except (QueueFull, DeadlineExceeded) as error:
            return error.code
        return "served"

    async def change() -> None:
        for wait, to, told in changes:
            await turns(wait)
            become(to, told)
        become(max(capacity, 1), told=True)  # else who waits for a model without slots waits for ever

    def become(to: int, told: bool) -> None:
        model.provider.capacity = to
        books.capacity = max(books.capacity, to)
        if told:
            admission.capacity_changed(model)

    async def watch() -> None:
        while True:
            books.look(admission.load(model))
            books.capacity = model.provider.capacity or 0
            await turns(1)

    async def run() -> list[str | BaseException]:
        watching = asyncio.create_task(watch())
        tasks = [asyncio.create_task(call(*caller)) for *caller, _ in callers]  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        for task, (*_, patience) in zip(tasks, callers, strict=True):
            if patience is not None:
                loop.call_soon(give_up, task, patience)
        async with asyncio.timeout(5):
            await change()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert admission.load(model) == Load(0, 0), "a slot or a place was lost"
            async with admission.turn(model, "after"):
                assert admission.load(model) == Load(1, 0)
        assert not watching.done()
        watching.cancel()
        return ended

    def give_up(task: asyncio.Task[str], patience: int) -> None:
        if patience:
            asyncio.get_running_loop().call_soon(give_up, task, patience - 1)
        else:
            task.cancel()

    for ended, (*_, deadline, patience) in zip(asyncio.run(run()), callers, strict=True):
        if isinstance(ended, BaseException):
            assert isinstance(ended, asyncio.CancelledError)
            assert patience is not None
        else:
            assert ended in ("served", "queue_full") or (ended == "deadline" and deadline in (SOON, PASSED))
    assert books.held == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 4)), min_size=1, max_size=30), st.integers(1, 3))
def test_while_two_tenants_wait_neither_gets_two_turns_more_than_the_other(
    asked: list[tuple[str, int]], capacity: int
) -> None:
    """All ask at once; then, as long as both still wait, their turns differ by no more than one."""
    admission = Admission(Metrics(), room=1000)
    model = Model(provider=Provider(capacity))
    order: list[str] = []

    async def call(tenant: str) -> None:
        async with admission.turn(model, tenant):
            order.append(tenant)
            await turns(3)

    async def run() -> None:
        async with admission.turn(Model("m", model.provider), "first"):
            for tenant, count in asked:
                for _ in range(count):
                    waiting.append(asyncio.create_task(call(tenant)))
            model.provider.capacity = 0
            await turns()
            model.provider.capacity = capacity
        admission.capacity_changed(model)
        await asyncio.gather(*waiting)

    waiting: list[asyncio.Task[None]] = []
    asyncio.run(run())
    left = Counter(order)
    had: Counter[str] = Counter()
    for tenant in order:
        contenders = [name for name in left if left[name]]
        assert had[tenant] <= min(had[name] for name in contenders) + (capacity > 1)
        had[tenant] += 1
        left[tenant] -= 1
