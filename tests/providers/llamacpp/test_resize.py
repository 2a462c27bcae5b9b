"""More or fewer slots while answers are under way: each ends whole, on the child that began it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.providers.llamacpp.asking import text_of
from tests.providers.llamacpp.storm import until
from vestibule.core.chat import Message, Sampling
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import TooLarge, Unavailable, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving


class Listener:
    """One request; `heard` is set with its first piece."""

    def __init__(self, provider: LlamaCppProvider, question: str, tokens: int) -> None:
        self.heard = asyncio.Event()
        sampling = Sampling(temperature=0.0, max_tokens=tokens)
        body = provider.encode(ModelRequest((Message("user", question),), sampling=sampling), "random")
        self._cleared = ClearedRequest(body, provider.destination, "random", 1, "a", 1e12)
        self.task = asyncio.create_task(self._listen(provider))

    async def _listen(self, provider: LlamaCppProvider) -> list[Chunk]:
        chunks = []
        async for chunk in provider.send(self._cleared):
            chunks.append(chunk)
            self.heard.set()
        return chunks


async def started(gguf: Path, logs: Path, slots: int, memory: MemoryBudget | None = None) -> LlamaCppProvider:
    provider = LlamaCppProvider("random", gguf, logs, serving=Serving(1024, slots), memory=memory)
    await provider.start()
    await provider.ready()
    return provider


async def test_ten_streams_end_whole_while_the_slots_change(gguf: Path, tmp_path: Path) -> None:
    provider = await started(gguf, tmp_path, 10)
    try:
        running = [Listener(provider, f"Question {number}", 900) for number in range(10)]
        for listener in running:
            await listener.heard.wait()
        first = provider.status.pid
        await provider.resize(4)
        assert provider.status.pid != first
        assert provider.capacity == 4
        assert not any(listener.task.done() for listener in running)
        newcomers = [Listener(provider, f"Newcomer {number}", 20) for number in range(6)]
        for listener, tokens in [*((one, 900) for one in running), *((one, 20) for one in newcomers)]:
            last = (await listener.task)[-1]
            assert last.finish_reason == "length"
            assert last.usage is not None
            assert last.usage.completion_tokens == tokens
        await until(lambda: not Path(f"/proc/{first}").exists())
        assert not provider.busy
        await provider.resize(12)
        again = [Listener(provider, f"Question {number}", 400) for number in range(10)]
        for before, after in zip(running, again, strict=True):
            assert text_of(await before.task)[:40] == text_of(await after.task)[:40] != ""
    finally:
        await provider.close()


async def test_both_count_while_both_are_there(gguf: Path, tmp_path: Path) -> None:
    few, many = (examine(gguf, Serving(1024, slots)).footprint.total for slots in (1, 3))
    memory = MemoryBudget(few + many)
    provider = await started(gguf, tmp_path, 1, memory)
    try:
        listener = Listener(provider, "Tell me all.", 900)
        await listener.heard.wait()
        await provider.resize(3)
        assert sum(each.size_bytes for each in memory.loaded) == few + many == provider.size_bytes
        await listener.task
        await until(lambda: provider.size_bytes == many)
        assert len(memory.loaded) == 1
    finally:
        await provider.close()
    assert not memory.loaded


async def test_what_does_not_fit_beside_it_is_refused_with_the_sum(gguf: Path, tmp_path: Path) -> None:
    few, many = (examine(gguf, Serving(1024, slots)).footprint.total for slots in (1, 3))
    provider = await started(gguf, tmp_path, 1, MemoryBudget(few + many - 1))
    try:
        pid = provider.status.pid
        with pytest.raises(TooLarge, match=r"random with 3 slots takes .* MiB, beside .* MiB of random") as refused:
            await provider.resize(3)
        assert "local.memory_gib" in refused.value.next_step
        assert (provider.capacity, provider.status.pid) == (1, pid)
        assert (await Listener(provider, "Hello", 5).task)[-1].finish_reason == "length"
    finally:
        await provider.close()


async def test_a_second_child_that_does_not_come_up_changes_nothing(gguf: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf.read_bytes())
    provider = await started(path, tmp_path, 1)
    try:
        pid = provider.status.pid
        path.unlink()
        with pytest.raises(UpstreamFailed, match="does not exist"):
            await provider.resize(2)
        assert (provider.capacity, provider.status.pid) == (1, pid)
        assert (await Listener(provider, "Hello", 5).task)[-1].finish_reason == "length"
    finally:
        await provider.close()


async def test_a_model_that_sleeps_wakes_with_its_new_size(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("random", gguf, tmp_path, serving=Serving(1024, 1), memory=MemoryBudget())
    with pytest.raises(Unavailable):
        await provider.resize(2)
    await provider.start()
    try:
        assert provider.model is not None
        await provider.resize(1)
        await provider.resize(2)
        assert provider.capacity == 2
        assert (await Listener(provider, "Hello", 5).task)[-1].finish_reason == "length"
    finally:
        await provider.close()


async def test_closing_ends_both(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("random", gguf, tmp_path, serving=Serving(4096, 4))
    await provider.start()
    listeners = [Listener(provider, "Tell me all.", 4000) for _ in range(4)]
    for listener in listeners:
        await listener.heard.wait()
    first = provider.status.pid
    await provider.resize(2)
    second = provider.status.pid
    await provider.close()
    for listener in listeners:
        with pytest.raises(UpstreamFailed, match="broke off"):
            await listener.task
    assert not any(Path(f"/proc/{pid}").exists() for pid in (first, second))


async def test_closing_while_a_second_child_comes_up_ends_that_too(gguf: Path, tmp_path: Path) -> None:
    provider = await started(gguf, tmp_path, 1)
    resizing = asyncio.create_task(provider.resize(2))
    await asyncio.sleep(0.05)
    await provider.close()
    with pytest.raises(Unavailable, match="not running"):
        await resizing
    assert provider.size_bytes == 0
    assert await provider.more_slots(4) == 0


async def test_who_gives_up_resizing_leaves_all_as_it_was(gguf: Path, tmp_path: Path) -> None:
    memory = MemoryBudget()
    provider = await started(gguf, tmp_path, 1, memory)
    try:
        resizing = asyncio.create_task(provider.resize(2))
        await asyncio.sleep(0.05)
        resizing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await resizing
        assert (provider.capacity, len(memory.loaded)) == (1, 1)
        await provider.resize(3)
        assert provider.capacity == 3
    finally:
        await provider.close()
