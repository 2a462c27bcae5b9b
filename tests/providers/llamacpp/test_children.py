"""More than one child of a file, with a real llama.cpp: who is asked, what they take, how one goes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.llamacpp.storm import ask, until
from vestibule.core.errors import TooLarge, Unavailable
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving

ONE = Serving(1024, 1)


@pytest.fixture
def memory() -> MemoryBudget:
    return MemoryBudget()


@pytest.fixture
async def one(gguf: Path, tmp_path: Path, memory: MemoryBudget) -> AsyncIterator[LlamaCppProvider]:
    """Loaded, with one slot."""
    provider = LlamaCppProvider("m", gguf, tmp_path, serving=ONE, memory=memory)
    await provider.start()
    await provider.ready()
    yield provider
    await provider.close()


async def test_two_children_answer_two_at_once(one: LlamaCppProvider, memory: MemoryBudget) -> None:
    alone = one.size_bytes
    assert await one.has_room_for_another()
    await one.replicate()
    assert (one.children, one.capacity, one.size_bytes, len(memory.loaded)) == (2, 2, 2 * alone, 2)
    async with one.turn() as first, one.turn() as second:
        assert await first.ready() != await second.ready()
    answers = await asyncio.gather(*(ask(one, "Tell me all.", 40) for _ in range(6)))
    assert [chunks[-1].finish_reason for chunks in answers] == ["length"] * 6


async def test_the_one_that_goes_finishes_what_it_began(one: LlamaCppProvider, memory: MemoryBudget) -> None:
    await one.replicate()
    answers = [asyncio.create_task(ask(one, "Tell me all.", 600)) for _ in range(2)]
    async with asyncio.timeout(10):
        while sum(each.queue.taken for each in one._every()) < 2:  # noqa: ASYNC110 both are under way
            await asyncio.sleep(0.005)
    await one.release()
    assert (one.children, one.capacity) == (1, 1)
    assert [chunks[-1].finish_reason for chunks in await asyncio.gather(*answers)] == ["length"] * 2
    await until(lambda: len(memory.loaded) == 1)
    await one.release()
    assert (one.children, (await ask(one, "And now?", 5))[-1].finish_reason) == (1, "length")


async def test_while_one_is_away_the_other_is_asked(one: LlamaCppProvider) -> None:
    await one.replicate()
    first = one.status.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # it answers nobody, and nobody waits for it whose turn is the other's
    try:
        async with one.turn() as stuck:
            assert (await ask(one, "Who is there?", 5))[-1].finish_reason == "length"
            os.kill(first, signal.SIGKILL)
            await until(lambda: one.status.pid != first)
            assert one.status.state == "ready"
            assert (await ask(one, "And now?", 5))[-1].finish_reason == "length"
            assert await stuck.ready()
    finally:
        if one.status.pid == first:
            os.kill(first, signal.SIGKILL)


async def test_without_room_there_is_no_other(gguf: Path, tmp_path: Path) -> None:
    memory = MemoryBudget(examine(gguf, ONE).footprint.total * 3 // 2)
    provider = LlamaCppProvider("m", gguf, tmp_path, serving=ONE, memory=memory)
    await provider.start()
    try:
        await provider.ready()
        assert not await provider.has_room_for_another()
        with pytest.raises(TooLarge, match="more than the budget"):
            await provider.replicate()
        assert (provider.children, provider.capacity, len(memory.loaded)) == (1, 1, 1)
    finally:
        await provider.close()


async def test_one_that_makes_room_for_another_model_is_not_brought_back(
    one: LlamaCppProvider, gguf: Path, tmp_path: Path, memory: MemoryBudget
) -> None:
    await one.replicate()
    await ask(one, "Hello", 3)  # the first child: the other was unused for longer
    memory.limit_bytes = 2 * one.size_bytes // 2
    other = LlamaCppProvider("other", gguf, tmp_path, serving=ONE, memory=memory)
    await other.start()
    try:
        assert other.asleep
        assert (await ask(other, "Hello", 3))[-1].finish_reason == "length"
        assert (one.children, one.capacity, one.asleep) == (1, 1, False)
        assert (await ask(one, "And now?", 3))[-1].finish_reason == "length"
        assert not other.asleep
        await one.release()
        assert one.children == 1
    finally:
        await other.close()


async def test_what_is_closed_has_no_children(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", gguf, tmp_path, serving=ONE)
    assert (provider.children, provider.capacity, provider.status.state) == (0, 1, "stopped")
    assert not await provider.has_room_for_another()
    with pytest.raises(Unavailable):
        await provider.replicate()
    await provider.start()
    await provider.ready()
    await provider.replicate()
    await provider.close()
    assert (provider.children, provider.size_bytes, provider.busy) == (0, 0, False)
