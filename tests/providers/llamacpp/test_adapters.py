"""LoRA adapters: loaded with the model, mixed in by each request as it wants, and refused where they do not fit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.llamacpp.asking import answer, text_of
from tests.providers.llamacpp.conftest import TINY
from tests.providers.llamacpp.random_model import Value, write_random_adapter, write_random_model
from vestibule.core.chat import Message, Sampling
from vestibule.core.errors import InvalidRequest, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import Adapter, examine
from vestibule.providers.llamacpp.provider import require_loadable
from vestibule.providers.memory.footprint import Serving

ASKED = (Message("user", "What was the peak of Granite Tower on 3 March 2024?"),)
GREEDY = Sampling(temperature=0.0, max_tokens=24)


@pytest.fixture
async def adapted(tmp_path: Path) -> AsyncIterator[LlamaCppProvider]:
    """The tiny model with two adapters and four slots."""
    adapters = tuple(
        Adapter(name, write_random_adapter(tmp_path / f"{name}.gguf", width=256, layers=6, strength=strength))
        for name, strength in (("loud", 0.9), ("soft", 0.6))
    )
    provider = LlamaCppProvider("adapted", TINY, tmp_path, serving=Serving(1024, 4), adapters=adapters)
    await provider.start()
    await provider.ready()
    yield provider
    await provider.close()


async def said(provider: LlamaCppProvider, **adapters: float) -> str:
    return text_of(await answer(provider, ModelRequest(ASKED, sampling=GREEDY, adapters=adapters)))


async def test_nothing_of_an_adapter_is_the_model_itself(tiny: LlamaCppProvider, adapted: LlamaCppProvider) -> None:
    itself = await said(tiny)
    assert await said(adapted) == itself
    loud = await said(adapted, loud=1.0)
    assert loud != itself
    assert await said(adapted, loud=0.0, soft=0.0) == itself
    assert await said(adapted, loud=1.0) == loud
    assert len({itself, loud, await said(adapted, soft=1.0), await said(adapted, loud=0.6)}) == 4
    assert await said(adapted) == itself


async def test_requests_at_once_get_each_their_own_mixture(adapted: LlamaCppProvider) -> None:
    mixtures: list[dict[str, float]] = [{}, {"loud": 1.0}, {"soft": 1.0}, {"loud": 0.5, "soft": 0.5}]
    alone = [await said(adapted, **mixture) for mixture in mixtures]
    assert len(set(alone)) == 4
    for _ in range(3):
        together = await asyncio.gather(*(said(adapted, **mixture) for mixture in mixtures * 2))
        assert together == alone * 2


async def test_an_unknown_adapter_names_the_known(adapted: LlamaCppProvider, tiny: LlamaCppProvider) -> None:
    with pytest.raises(InvalidRequest, match="has no adapter `quiet`") as refused:
        adapted.encode(ModelRequest(ASKED, adapters={"quiet": 1.0}), "m")
    assert "loud, soft" in refused.value.next_step
    assert refused.value.param == "vestibule.route.adapters"
    with pytest.raises(InvalidRequest, match="has no adapter `loud`"):
        tiny.encode(ModelRequest(ASKED, adapters={"loud": 0.0}), "m")


def test_adapters_count_in_memory(gguf: Path, tmp_path: Path) -> None:
    adapter = Adapter("a", write_random_adapter(tmp_path / "a.gguf"))
    alone, adapted = examine(gguf, Serving(1024, 1)), examine(gguf, Serving(1024, 1), (adapter,))
    assert adapted.footprint.total == alone.footprint.total + adapter.path.stat().st_size


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"general.architecture": "llama"}, "for the architecture 'llama'; the model is 'qwen2'"),
        ({"general.type": "model"}, "is no LoRA adapter"),
        ({"adapter.type": "control-vector"}, "is no LoRA adapter"),
    ],
)
async def test_what_is_no_adapter_of_the_model_is_refused(
    gguf: Path, tmp_path: Path, changes: dict[str, Value], says: str
) -> None:
    adapter = Adapter("a", write_random_adapter(tmp_path / "a.gguf", changes))
    with pytest.raises(InvalidRequest, match=says) as refused:
        await require_loadable(gguf, tmp_path, adapters=(adapter,))
    assert refused.value.next_step


@pytest.mark.parametrize("tenths", range(10))
def test_a_cut_adapter_is_refused(gguf: Path, tmp_path: Path, tenths: int) -> None:
    path = write_random_adapter(tmp_path / "a.gguf")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    with pytest.raises(InvalidRequest):
        examine(gguf, Serving(1024, 1), (Adapter("a", path),))


async def test_an_adapter_of_another_size_is_refused_in_llama_cpps_words(gguf: Path, tmp_path: Path) -> None:
    adapter = Adapter("a", write_random_adapter(tmp_path / "a.gguf", width=32))
    with pytest.raises(UpstreamFailed, match=r"incorrect shape.*wrong base model"):
        await require_loadable(gguf, tmp_path, adapters=(adapter,))


async def test_a_model_is_no_adapter(gguf: Path, tmp_path: Path) -> None:
    model = write_random_model(tmp_path / "m.gguf")
    with pytest.raises(InvalidRequest, match="is no LoRA adapter"):
        await require_loadable(gguf, tmp_path, adapters=(Adapter("a", model),))
