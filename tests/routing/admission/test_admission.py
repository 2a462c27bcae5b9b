"""Turns at a model: who goes at once, who waits, in which order, and who is told at once that it is no use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from tests.routing.admission.serving import Clock, Model, Provider, turns
from vestibule.core.errors import DeadlineExceeded, QueueFull
from vestibule.routing.admission import Admission, Load
from vestibule.routing.admission.queue import BATCH_AFTER, Priority
from vestibule.telemetry.metrics import Metrics


class Hall:
    """One model, and callers that hold their turn until they are sent home; `served` is the order of the turns."""

    def __init__(self, capacity: int | None = 1, room: int = 64) -> None:
        self.clock = Clock()
        self.metrics = Metrics(lambda: ["m"])
        self.admission = Admission(self.metrics, room, self.clock)
        self.model = Model(provider=Provider(capacity))
        self.served: list[str] = []
        self._leave: dict[str, asyncio.Event] = {}

    def ask(
        self, tenant: str, name: str, deadline: float | None = None, priority: Priority = "interactive"
    ) -> asyncio.Task[None]:
        async def caller() -> None:
            async with self.admission.turn(self.model, tenant, deadline, priority):
                self.served.append(name)
                self._leave[name] = asyncio.Event()
                await self._leave[name].wait()

        return asyncio.create_task(caller())

    async def leave(self, *names: str) -> None:
        for name in names:
            self._leave[name].set()
            await turns()

    async def serve_all(self) -> list[str]:
        """Send home one after the other as they are served; return the order of all."""
        gone = 0
        while gone < len(self.served):
            await self.leave(self.served[gone])
            gone += 1
        return self.served

    def load(self) -> Load:
        return self.admission.load(self.model)

    def gauge(self) -> str:
        lines = self.metrics.exposition().decode().splitlines()
        return next((line for line in lines if line.startswith("vestibule_queue_waiting{")), "")


async def test_as_many_as_the_model_serves_go_at_once_and_the_next_in_order() -> None:
    hall = Hall(capacity=2)
    for name in ("a1", "a2", "a3", "a4"):
        hall.ask("a", name)
    await turns()
    assert hall.served == ["a1", "a2"]
    assert hall.load() == Load(2, 2)
    assert hall.gauge().endswith(" 2.0")
    await hall.leave("a2")
    assert hall.served == ["a1", "a2", "a3"]
    await hall.serve_all()
    assert hall.served == ["a1", "a2", "a3", "a4"]
    assert hall.load() == Load(0, 0)
    assert hall.gauge().endswith(" 0.0")
    assert "vestibule_queue_wait_seconds_count 4.0" in hall.metrics.exposition().decode()


async def test_a_model_that_knows_no_limit_has_no_queue() -> None:
    admission, model = Admission(Metrics(), room=0), Model(provider=Provider(None))
    async with admission.turn(model, "a"), admission.turn(model, "a", deadline=0.0):
        pass


async def test_a_turn_that_is_free_is_had_without_giving_way_to_anybody() -> None:
    hall = Hall()
    overtaken: list[str] = []
    asyncio.get_running_loop().call_soon(overtaken.append, "another")
    async with hall.admission.turn(hall.model, "a"):
        assert overtaken == []


async def test_a_tenant_with_sixty_waiting_delays_another_by_no_more_than_one_turn() -> None:
    hall = Hall()
    for number in range(60):
        hall.ask("many", f"many-{number}")
    await turns()
    await hall.leave("many-0")
    hall.ask("few", "few-0")
    await turns()
    await hall.leave("many-1")
    assert hall.served[-1] == "few-0"
    hall.ask("few", "few-1")
    await turns()
    await hall.leave("few-0")
    assert hall.served[-1] == "many-2"
    await hall.leave("many-2")
    assert hall.served[-1] == "few-1"


async def test_slots_are_shared_between_tenants_and_not_between_requests() -> None:
    hall = Hall(capacity=4)
    for number in range(12):
        hall.ask("many", f"many-{number}")
    await turns()
    for number in range(3):
        hall.ask("few", f"few-{number}")
    await turns()
    await hall.leave("many-0", "many-1")
    assert hall.served[4:] == ["few-0", "few-1"]
    await hall.leave("many-2", "many-3")
    assert hall.served[6:] == ["many-4", "many-5"]  # two slots each
    assert len(await hall.serve_all()) == 15


async def test_a_batch_waits_for_people_but_not_for_ever() -> None:
    hall = Hall()
    hall.ask("a", "first")
    await turns()
    hall.ask("b", "batch", priority="batch")
    hall.ask("b", "batch-2", priority="batch")
    for number in range(BATCH_AFTER + 2):
        hall.ask("a", f"person-{number}")
    await turns()
    order = await hall.serve_all()
    assert order.index("batch") == BATCH_AFTER + 1
    assert order[-1] == "batch-2"


async def test_a_batch_is_served_at_once_where_nobody_waits() -> None:
    hall = Hall()
    hall.ask("a", "batch", priority="batch")
    await turns()
    assert hall.served == ["batch"]


async def test_a_full_queue_refuses_at_once_and_says_when_to_come_again() -> None:
    hall = Hall(capacity=2, room=3)
    for name in ("a", "b", "c", "d", "e"):
        hall.ask("t", name)
    await turns()
    with pytest.raises(QueueFull) as unknown:
        await hall.ask("t", "one too many")
    assert unknown.value.retry_after_s == 1.0
    hall.clock.now = 10.0
    await hall.leave("a")
    hall.ask("t", "again")
    await turns()
    with pytest.raises(QueueFull, match="3 requests are waiting") as known:
        await hall.ask("t", "one too many")
    assert known.value.retry_after_s == pytest.approx(10.0 / 2)


async def test_in_a_full_queue_who_fills_it_makes_room_for_a_tenant_with_less() -> None:
    hall = Hall(room=3)
    hall.ask("many", "many-0")
    await turns()
    filling = [hall.ask("many", f"many-{number}") for number in range(1, 4)]
    await turns()
    hall.ask("few", "few-0")
    await turns()
    with pytest.raises(QueueFull):
        await filling[-1]
    with pytest.raises(QueueFull):
        await hall.ask("few", "few-1")  # would leave it with as many as those it displaces
    assert await hall.serve_all() == ["many-0", "few-0", "many-1", "many-2"]


async def test_in_a_full_queue_a_batch_makes_room_for_a_person_and_never_the_other_way() -> None:
    hall = Hall(room=1)
    hall.ask("a", "first")
    await turns()
    batch = hall.ask("b", "batch", priority="batch")
    await turns()
    hall.ask("a", "person")
    await turns()
    with pytest.raises(QueueFull):
        await batch
    with pytest.raises(QueueFull):
        await hall.ask("c", "batch", priority="batch")
    assert await hall.serve_all() == ["first", "person"]


async def test_without_room_nobody_waits() -> None:
    hall = Hall(room=0)
    hall.ask("a", "first")
    await turns()
    with pytest.raises(QueueFull):
        await hall.ask("b", "second")


async def served_in(hall: Hall, *seconds: float) -> None:
    """Have turns of such lengths behind it."""
    for second in seconds:
        async with hall.admission.turn(hall.model, "before"):
            hall.clock.now += second


async def test_what_would_be_answered_after_its_deadline_is_refused_at_once() -> None:
    hall = Hall()
    await served_in(hall, 2.0, 2.0, 100.0)  # one that took long is no rule
    hall.ask("a", "first")
    hall.ask("a", "second")
    await turns()
    now = hall.clock.now
    with pytest.raises(QueueFull, match="after the deadline") as refused:  # two turns before its own
        await hall.ask("a", "third", deadline=now + 5.0)
    assert refused.value.retry_after_s == pytest.approx(1.0)
    hall.ask("b", "in time", deadline=now + 6.0)
    await turns()
    assert hall.load() == Load(1, 2)


@pytest.mark.parametrize(
    ("priority", "enough_s"),
    [("interactive", 4.0), ("batch", 6.0)],  # a batch goes behind the two of the other tenant
)
async def test_the_estimate_counts_those_who_go_before(priority: Priority, enough_s: float) -> None:
    hall = Hall(capacity=2)
    await served_in(hall, 2.0)
    for number in range(4):
        hall.ask("a", f"a-{number}")
    await turns()
    now = hall.clock.now
    with pytest.raises(QueueFull):
        await hall.ask("b", "late", now + enough_s - 0.1 - (priority == "batch"), priority)
    hall.ask("b", "in time", now + enough_s, priority)
    await turns()
    assert hall.load() == Load(2, 3)


async def test_where_a_slot_is_free_it_is_tried_however_long_it_took_others() -> None:
    hall = Hall()
    await served_in(hall, 100.0)
    hall.ask("a", "hurried", deadline=hall.clock.now + 0.5)
    await turns()
    assert hall.served == ["hurried"]


async def test_a_deadline_that_has_passed_is_told_before_anything_else() -> None:
    hall = Hall()
    with pytest.raises(DeadlineExceeded, match="m"):
        await hall.ask("a", "late", deadline=0.0)
    assert hall.load() == Load(0, 0)


async def test_a_deadline_that_passes_while_waiting_ends_the_waiting() -> None:
    admission = Admission(Metrics())
    model = Model()
    async with admission.turn(model, "a"):
        with pytest.raises(DeadlineExceeded):
            async with admission.turn(model, "b", deadline=time.monotonic() + 0.01):
                raise AssertionError("the slot is taken")
        assert admission.load(model) == Load(1, 0)
    assert admission.load(model) == Load(0, 0)


async def test_who_leaves_frees_the_place_or_the_slot_at_once() -> None:
    hall = Hall()
    first, second, third = hall.ask("a", "first"), hall.ask("a", "second"), hall.ask("a", "third")
    await turns()
    second.cancel()
    await turns(1)
    assert hall.load() == Load(1, 1)
    first.cancel()
    await turns(2)
    assert hall.served == ["first", "third"]
    third.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert hall.load() == Load(0, 0)


async def test_one_that_was_just_cancelled_is_passed_over() -> None:
    hall = Hall()
    hall.ask("a", "first")
    second = hall.ask("a", "second")
    hall.ask("a", "third")
    await turns()
    second.cancel()
    await hall.leave("first")
    assert hall.served == ["first", "third"]
    await hall.serve_all()
    assert hall.load() == Load(0, 0)


async def test_one_whose_turn_comes_as_it_leaves_hands_it_on() -> None:
    hall = Hall()
    hall.ask("a", "first")
    second = hall.ask("a", "second")
    hall.ask("a", "third")
    await turns()
    hall._leave["first"].set()
    await turns(1)  # the slot is second's now, which has not heard of it yet
    second.cancel()
    await turns()
    assert hall.served == ["first", "third"]
    await hall.serve_all()
    assert hall.load() == Load(0, 0)


@pytest.mark.parametrize(("more", "served"), [(3, 3), (None, 5)])
async def test_more_slots_let_more_go_at_once(more: int | None, served: int) -> None:
    hall = Hall()
    for number in range(5):
        hall.ask("a", str(number))
    await turns()
    hall.model.provider.capacity = more
    hall.admission.capacity_changed(hall.model)
    await turns()
    assert len(hall.served) == served
    await hall.serve_all()
    assert hall.load() == Load(0, 0)


async def test_fewer_slots_let_those_finish_who_have_one() -> None:
    hall = Hall(capacity=3)
    for number in range(5):
        hall.ask("a", str(number))
    await turns()
    hall.model.provider.capacity = 1
    hall.admission.capacity_changed(hall.model)
    await hall.leave("0", "1")
    assert hall.served == ["0", "1", "2"]
    await hall.leave("2")
    assert hall.served == ["0", "1", "2", "3"]
    assert await hall.serve_all() == [str(n) for n in range(5)]


async def test_more_slots_that_nobody_told_of_are_seen_by_the_next_who_asks() -> None:
    hall = Hall()
    for number in range(3):
        hall.ask("a", str(number))
    await turns()
    hall.model.provider.capacity = 4
    hall.ask("b", "b")
    await turns()
    assert sorted(hall.served) == ["0", "1", "2", "b"]


async def test_models_do_not_wait_for_each_other() -> None:
    hall = Hall()
    hall.ask("a", "first")
    await turns()
    other = Model("other")
    async with hall.admission.turn(other, "a"):
        assert hall.admission.load(other) == Load(1, 0)
    assert hall.admission.load(Model("never asked")) == Load(0, 0)


def test_tenants_that_come_once_are_not_remembered_for_ever() -> None:
    async def come(names: Sequence[str]) -> None:
        for name in names:
            async with hall.admission.turn(hall.model, name):
                pass

    hall = Hall()
    asyncio.run(come([f"t{n}" for n in range(2000)]))
    (queue,) = hall.admission._queues.values()
    assert len(queue._last_turn) == 1024
    assert not queue._held
