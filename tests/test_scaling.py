"""Slots that follow the queue, with a real llama.cpp: more while requests wait, fewer when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask, until
from vestibule import scaling
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Catalogue, Model
from vestibule.scaling import Scaling
from vestibule.telemetry.metrics import Metrics

ONE = Serving(1024, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_random_model(tmp_path / "m.gguf")


@pytest.fixture
def memory() -> MemoryBudget:
    return MemoryBudget()


@pytest.fixture
async def model(path: Path, tmp_path: Path, memory: MemoryBudget) -> AsyncIterator[Model]:
    provider = LlamaCppProvider("m", path, tmp_path, serving=ONE, memory=memory)
    await provider.start()
    await provider.ready()
    yield Model("m", "m", provider, "home")
    await provider.close()


async def asked(model: Model, admission: Admission) -> list[Chunk]:
    assert isinstance(model.provider, LlamaCppProvider)
    async with admission.turn(model, "tenant"):
        return await ask(model.provider, "Tell me all.", 900)


async def test_slots_grow_with_the_queue_and_shrink_without_one(model: Model) -> None:
    admission = Admission(Metrics(list))
    provider = model.provider
    async with Scaling(Catalogue([model]), admission, 1, look_s=0.01).running():
        answers = [asyncio.create_task(asked(model, admission)) for _ in range(12)]
        await until(lambda: provider.capacity is not None and provider.capacity > 1)
        for answer in asyncio.as_completed(answers):
            assert (await answer)[-1].usage is not None
        await until(lambda: provider.capacity == 1)
        assert (await asked(model, admission))[-1].finish_reason == "length"


async def test_what_does_not_fit_is_left_as_it_is(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried where the sum says no; where the machine says no, it is not tried again at once."""
    size = examine(path, ONE).footprint.total
    provider = LlamaCppProvider("m", path, tmp_path, serving=ONE, memory=MemoryBudget(2 * size))
    await provider.start()
    await provider.ready()
    assert await provider.more_slots(4) == 0
    admission, model = Admission(Metrics(list)), Model("m", "m", provider, "home")
    try:
        async with Scaling(Catalogue([model]), admission, 1, look_s=0.01).running():
            answers = await asyncio.gather(*(asked(model, admission) for _ in range(4)))
        assert len(answers) == 4
        assert provider.capacity == 1
    finally:
        await provider.close()


async def test_a_change_that_fails_rests(model: Model, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "REST_S", 3600.0)
    path.unlink()
    admission = Admission(Metrics(list))
    async with Scaling(Catalogue([model]), admission, 1, look_s=0.01).running():
        answers = await asyncio.gather(*(asked(model, admission) for _ in range(8)))
    assert [chunks[-1].finish_reason for chunks in answers] == ["length"] * 8
    assert model.provider.capacity == 1


async def test_leaving_gives_up_what_is_under_way(model: Model) -> None:
    admission = Admission(Metrics(list))
    async with Scaling(Catalogue([model]), admission, 1, look_s=0.005).running():
        answers = [asyncio.create_task(asked(model, admission)) for _ in range(4)]
        await asyncio.sleep(0.2)
    assert [chunks[-1].finish_reason for chunks in await asyncio.gather(*answers)] == ["length"] * 4


async def test_a_child_more_where_the_first_has_all_slots_and_one_less_when_nobody_waits(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "MOST_SLOTS", 1)
    monkeypatch.setattr(scaling, "MOST_CHILDREN", 2)
    admission, provider = Admission(Metrics(list)), model.provider
    assert isinstance(provider, LlamaCppProvider)
    async with Scaling(Catalogue([model]), admission, 1, look_s=0.01).running():
        answers = [asyncio.create_task(asked(model, admission)) for _ in range(12)]
        await until(lambda: provider.children == 2)
        assert provider.capacity == 2
        for answer in asyncio.as_completed(answers):
            assert (await answer)[-1].usage is not None
        await until(lambda: provider.children == 1)
        assert (await asked(model, admission))[-1].finish_reason == "length"
    assert provider.capacity == 1
