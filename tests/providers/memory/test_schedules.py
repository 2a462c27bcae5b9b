"""The budget under any schedule of requests: never more than it in memory, nobody unloaded while held, all served."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.errors import NotFound, VestibuleError
from vestibule.providers.memory.budget import MemoryBudget

BUDGET = 10


class Books:
    """What is really in memory, as the models themselves write it down."""

    def __init__(self) -> None:
        self.most = 0
        self._sizes: dict[str, int] = {}

    def write(self, name: str, size: int) -> None:
        self._sizes[name] = size
        self.most = max(self.most, sum(self._sizes.values()))


class Paper:
    """A resident that takes turns of the loop instead of memory, and breaks on the first wrong call."""

    def __init__(self, name: str, size: int, slow: int, books: Books) -> None:
        self.id = name
        self.size_bytes = size
        self.holders = 0
        self.loaded = False
        self._slow = slow
        self._books = books

    async def load(self) -> None:
        assert not self.loaded
        await turns(self._slow)
        self.loaded = True
        self._books.write(self.id, self.size_bytes)

    async def unload(self) -> None:
        assert self.holders == 0
        await turns(self._slow)
        self.loaded = False
        self._books.write(self.id, 0)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


Request = tuple[int, int, int, int | None]
REQUESTS = st.tuples(
    st.integers(0, 3), st.integers(0, 30), st.integers(0, 20), st.one_of(st.none(), st.integers(0, 40))
)


@given(
    st.lists(st.tuples(st.integers(1, BUDGET), st.integers(0, 5)), min_size=4, max_size=4),
    st.lists(REQUESTS, max_size=14),
)
def test_every_schedule_keeps_the_budget_and_serves_all(models: list[tuple[int, int]], asked: list[Request]) -> None:
    books = Books()
    papers = [Paper(f"m{n}", size, slow, books) for n, (size, slow) in enumerate(models)]
    memory = MemoryBudget(BUDGET)

    async def request(model: int, begin: int, hold: int) -> str:
        await turns(begin)
        async with memory.held(papers[model]):
            assert papers[model].loaded
            papers[model].holders += 1
            try:
                await turns(hold)
            finally:
                papers[model].holders -= 1
        return "served"

    async def run() -> list[str | BaseException]:
        tasks = [asyncio.create_task(request(model, begin, hold)) for model, begin, hold, _ in asked]
        for task, (*_, patience) in zip(tasks, asked, strict=True):
            if patience is not None:
                asyncio.get_running_loop().call_later(0, give_up, task, patience)
        async with asyncio.timeout(10):
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for paper in papers:
            await memory.forget(paper)
        return ended

    def give_up(task: asyncio.Task[str], patience: int) -> None:
        if patience:
            asyncio.get_running_loop().call_soon(give_up, task, patience - 1)
        else:
            task.cancel()

    for ended, (*_, patience) in zip(asyncio.run(run()), asked, strict=True):
        assert ended == "served" or (patience is not None and isinstance(ended, asyncio.CancelledError))
    assert books.most <= BUDGET
    assert memory.loaded == ()


async def test_a_load_that_fails_takes_no_room() -> None:
    class Broken(Paper):
        async def load(self) -> None:
            raise NotFound("gone")

    books, memory = Books(), MemoryBudget(BUDGET)
    with pytest.raises(VestibuleError, match="gone"):
        async with memory.held(Broken("broken", BUDGET, 0, books)):
            pass
    assert memory.loaded == ()
    whole = Paper("whole", BUDGET, 0, books)
    async with memory.held(whole):
        assert whole.loaded
