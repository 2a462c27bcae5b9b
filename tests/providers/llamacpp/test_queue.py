"""Who may run, who waits, who is turned away, and what becomes of those who leave."""

from __future__ import annotations

import asyncio

import pytest

from vestibule.core.errors import QueueFull
from vestibule.providers.llamacpp.queue import Queue


class Guests:
    """Holds turns until told to let go."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.inside: list[str] = []
        self.leave = {name: asyncio.Event() for name in "abcdef"}

    async def __call__(self, name: str) -> None:
        async with self.queue.turn():
            self.inside.append(name)
            try:
                await self.leave[name].wait()
            finally:
                self.inside.remove(name)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_slots_then_room_then_no_more_and_in_order() -> None:
    guests = Guests(Queue(slots=2, room=2))
    tasks = [asyncio.create_task(guests(name)) for name in "abcd"]
    await settle()
    assert (guests.inside, guests.queue.waiting) == (["a", "b"], 2)
    with pytest.raises(QueueFull, match="2 requests are waiting"):
        await guests("e")
    guests.leave["b"].set()
    await settle()
    assert guests.inside == ["a", "c"]
    for event in guests.leave.values():
        event.set()
    await asyncio.gather(*tasks)
    assert (guests.inside, guests.queue.waiting) == ([], 0)


@pytest.mark.parametrize("leaving", ["a", "b"])
async def test_who_leaves_frees_the_slot_or_the_place(leaving: str) -> None:
    guests = Guests(Queue(slots=1, room=1))
    tasks = {name: asyncio.create_task(guests(name)) for name in "ab"}
    await settle()
    tasks[leaving].cancel()
    await settle()
    tasks["c"] = asyncio.create_task(guests("c"))
    await settle()
    assert guests.inside == ["b" if leaving == "a" else "a"]
    assert guests.queue.waiting == 1  # the place of whoever left, or of who took that one's slot
    with pytest.raises(QueueFull):
        await guests("d")
    for event in guests.leave.values():
        event.set()
    results = await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert sum(isinstance(r, asyncio.CancelledError) for r in results) == 1


async def test_no_room_at_all_still_serves_one_at_a_time() -> None:
    guests = Guests(Queue(slots=1, room=0))
    running = asyncio.create_task(guests("a"))
    await settle()
    with pytest.raises(QueueFull):
        await guests("b")
    guests.leave["a"].set()
    await running
    guests.leave["c"].set()
    await guests("c")
