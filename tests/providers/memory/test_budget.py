"""Real children under one budget: who is asked is loaded, who was unused for longest goes, nobody who answers does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask, until
from vestibule.core.errors import NoCandidate, QueueFull, TooLarge
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving

ONE_SLOT = Serving(2048, 1)


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "random.gguf")


@pytest.fixture
def size(gguf: Path) -> int:
    return examine(gguf, ONE_SLOT).footprint.total


@asynccontextmanager
async def house(
    gguf: Path, logs: Path, memory: MemoryBudget, names: str, serving: Serving = ONE_SLOT, room: int = 64
) -> AsyncIterator[list[LlamaCppProvider]]:
    """One provider a letter of `names`, started in that order."""
    async with AsyncExitStack() as stack:
        providers = []
        for name in names:
            provider = LlamaCppProvider(name, gguf, logs, serving=serving, memory=memory, room=room)
            stack.push_async_callback(provider.close)
            await provider.start()
            providers.append(provider)
        yield providers


def names(memory: MemoryBudget) -> set[str]:
    return {model.name for model in memory.loaded}


def within(memory: MemoryBudget) -> bool:
    return sum(model.size_bytes for model in memory.loaded) <= memory.limit_bytes


def is_whole(answer: list[Chunk]) -> bool:
    return answer[-1].finish_reason is not None


async def answering(provider: LlamaCppProvider, tokens: int = 1500) -> asyncio.Task[list[Chunk]]:
    """A request that holds its slot for a while."""
    task = asyncio.create_task(ask(provider, "Tell me all.", tokens))
    await until(lambda: provider.status.state == "ready" and provider.busy and provider.waiting == 0)
    return task


async def test_at_the_start_only_what_fits_is_loaded(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(2 * size)
    async with house(gguf, tmp_path, memory, "abc") as (a, b, c):
        assert names(memory) == {"a", "b"}
        assert [p.asleep for p in (a, b, c)] == [False, False, True]
        assert c.status.state == "stopped"


async def test_the_longest_unused_goes_and_comes_back_when_asked(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(2 * size)
    async with house(gguf, tmp_path, memory, "abc") as (a, b, c):
        await ask(a, "hello", 5)
        gone = b.status.pid
        assert gone is not None
        assert is_whole(await ask(c, "hello", 5))
        assert names(memory) == {"a", "c"}
        assert b.asleep
        with pytest.raises(ProcessLookupError):
            os.kill(gone, 0)
        assert is_whole(await ask(b, "hello", 5))
        assert names(memory) == {"b", "c"}


async def test_who_answers_stays_and_the_other_waits_for_its_end(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(size)
    async with house(gguf, tmp_path, memory, "ab") as (a, b):
        first = await answering(a)
        pid = a.status.pid
        second = asyncio.create_task(ask(b, "hello", 5))
        await until(lambda: b.waiting == 1)
        await asyncio.sleep(0.1)
        assert (a.status.pid, names(memory)) == (pid, {"a"})
        assert is_whole(await first)
        assert is_whole(await second)
        assert names(memory) == {"b"}


async def test_who_came_before_is_answered_before_and_who_came_after_after(
    gguf: Path, tmp_path: Path, size: int
) -> None:
    """A model in use all the time does not keep another out for ever."""
    memory = MemoryBudget(size)
    ended: list[str] = []

    async def asks(provider: LlamaCppProvider, who: str, tokens: int) -> None:
        await ask(provider, "hello", tokens)
        ended.append(who)

    async with house(gguf, tmp_path, memory, "ab") as (a, b), asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(asks(a, f"before {number}", 300))
        await until(lambda: a.status.state == "ready" and a.waiting == 2)
        group.create_task(asks(b, "other", 5))
        await until(lambda: b.waiting == 1)
        await asyncio.sleep(0.05)
        group.create_task(asks(a, "after", 5))
    assert ended == ["before 0", "before 1", "before 2", "other", "after"]


async def test_many_requests_to_more_models_than_fit_are_all_answered(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(2 * size)
    over: list[int] = []

    async def watch() -> None:
        while True:
            if not within(memory):
                over.append(len(memory.loaded))
            await asyncio.sleep(0.005)

    async with house(gguf, tmp_path, memory, "abc") as providers:
        watching = asyncio.create_task(watch())
        answers = await asyncio.gather(*(ask(providers[n * 7 % 3], "hello", 5 + n) for n in range(18)))
        watching.cancel()
    assert all(is_whole(answer) for answer in answers)
    assert over == []
    assert memory.loaded == ()


async def test_a_model_that_cannot_fit_alone_is_refused_with_the_sum(gguf: Path, tmp_path: Path, size: int) -> None:
    provider = LlamaCppProvider("a", gguf, tmp_path, serving=ONE_SLOT, memory=MemoryBudget(size - 1))
    with pytest.raises(TooLarge, match="KV cache") as refused:
        await provider.start()
    assert "q8_0" in refused.value.next_step
    with pytest.raises(NoCandidate, match="the budget of local models is"):
        await ask(provider, "hello", 5)
    assert not provider.asleep


async def test_waiting_for_memory_ends_with_a_clear_error(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(size, wait_s=0.3)
    async with house(gguf, tmp_path, memory, "ab") as (a, b):
        first = await answering(a)
        with pytest.raises(QueueFull, match=r"No memory for the model b .* none of a came to rest") as refused:
            await ask(b, "hello", 5)
        assert "local.memory_gib" in refused.value.next_step
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert is_whole(await ask(a, "hello", 5))


async def test_who_waits_for_memory_counts_in_the_queue(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(size)
    async with house(gguf, tmp_path, memory, "ab", room=1) as (a, b):
        first = await answering(a)
        waiting = [asyncio.create_task(ask(b, "hello", 5)) for _ in range(2)]
        await until(lambda: b.waiting == 2)
        with pytest.raises(QueueFull, match="2 requests are waiting"):
            await ask(b, "hello", 5)
        waiting[0].cancel()
        await asyncio.gather(waiting[0], return_exceptions=True)
        assert b.waiting == 1
        assert is_whole(await first)
        assert is_whole(await waiting[1])


async def test_what_others_hold_leaves_less_and_its_end_is_noticed(
    gguf: Path, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vestibule.providers.memory.budget.LOOK_S", 0.05)
    held = [size]

    async def outside() -> int:
        return held[0]

    memory = MemoryBudget(2 * size, outside)
    async with house(gguf, tmp_path, memory, "ab") as (a, b):
        assert names(memory) == {"a"}
        held[0] = 2 * size
        waiting = asyncio.create_task(ask(b, "hello", 5))
        await until(lambda: a.asleep)
        await asyncio.sleep(0.2)
        assert b.asleep
        held[0] = size
        assert is_whole(await waiting)


async def test_a_machine_without_free_memory_refuses_and_later_does_not(
    gguf: Path, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [size - 1]
    monkeypatch.setattr("vestibule.providers.llamacpp.instance.available_memory", lambda: free[0])
    memory = MemoryBudget(2 * size)
    provider = LlamaCppProvider("a", gguf, tmp_path, serving=ONE_SLOT, memory=memory)
    try:
        with pytest.raises(TooLarge, match="of memory are free"):
            await provider.start()
        assert memory.loaded == ()
        free[0] = size
        assert is_whole(await ask(provider, "hello", 5))
    finally:
        await provider.close()


async def test_a_model_closed_while_it_leaves_is_gone_once(gguf: Path, tmp_path: Path, size: int) -> None:
    memory = MemoryBudget(size)
    async with house(gguf, tmp_path, memory, "ab") as (a, b):
        await a.ready()
        waiting = asyncio.create_task(ask(b, "hello", 5))
        await until(lambda: any(m.busy for m in memory.loaded))
        await a.close()
        assert is_whole(await waiting)
        assert names(memory) == {"b"}


@pytest.mark.parametrize("cancel_after", [0.0, 0.02, 0.2])
async def test_who_gives_up_waiting_leaves_everything_usable(
    gguf: Path, tmp_path: Path, size: int, cancel_after: float
) -> None:
    memory = MemoryBudget(size)
    async with house(gguf, tmp_path, memory, "ab") as (a, b):
        first = await answering(a, 200)
        waiting = asyncio.create_task(ask(b, "hello", 5))
        await asyncio.sleep(cancel_after)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert is_whole(await first)
        answers = await asyncio.gather(ask(b, "hello", 5), ask(a, "hello", 5))
        assert all(is_whole(answer) for answer in answers)
        assert within(memory)
        assert not b.busy
