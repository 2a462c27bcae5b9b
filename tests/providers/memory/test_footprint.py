"""The sum against a real llama.cpp: against the figures it prints itself, and what its process really holds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import Shape as Written
from tests.providers.llamacpp.random_model import write_random_adapter, write_random_model
from tests.providers.llamacpp.storm import ask
from tests.providers.memory.runtime import MIB, reported, resident_bytes
from vestibule.core.settings import CacheType
from vestibule.fleet import TINY_MODEL
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import Adapter, examine
from vestibule.providers.memory.footprint import Serving, Shape, cache_bytes_per_token, footprint, spell

KIB = 1024
MIDDLE = Written(width=512, heads=8, kv_heads=4, layers=4, inner=1408, vocabulary=20_000)
QWEN_7B = Shape(4_683_074_240, 28, 28 * 4, 128, 128, 3584, 18_944, 152_064)
LLAMA_3B = Shape(2_019_377_696, 28, 28 * 8, 128, 128, 3072, 8192, 128_256)


@pytest.fixture(scope="module")
def middle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 MiB in f32: a model whose parts are large beside the process that runs it."""
    return write_random_model(tmp_path_factory.mktemp("middle") / "middle.gguf", context=16_384, model=MIDDLE)


@pytest.mark.parametrize(
    ("shape", "cache", "kib"),
    [(QWEN_7B, "f16", 56), (LLAMA_3B, "f16", 112), (QWEN_7B, "q8_0", 29.75), (QWEN_7B, "q4_0", 15.75)],
)
def test_a_token_of_known_models(shape: Shape, cache: CacheType, kib: float) -> None:
    assert cache_bytes_per_token(shape, cache) == kib * KIB


def test_both_models_fit_twelve_gib_with_five_slots_and_ten_in_q8() -> None:
    def both(slots: int, cache: CacheType) -> float:
        serving = Serving(4096, slots, cache)
        return (footprint(QWEN_7B, serving).total + footprint(LLAMA_3B, serving).total) / 2**30

    assert both(5, "f16") < 12
    assert both(10, "q8_0") < 12
    assert both(10, "f16") > 12


@pytest.mark.parametrize(
    "serving",
    [
        Serving(1000, 1),
        Serving(2048, 4),
        Serving(16_384, 1),
        Serving(4096, 2, "q8_0"),
        Serving(4096, 2, "q4_0"),
    ],
)
async def test_the_runtime_reports_what_was_summed(middle: Path, tmp_path: Path, serving: Serving) -> None:
    model = examine(middle, serving)
    said = await reported(model, tmp_path)
    summed = model.footprint
    assert summed.cache == pytest.approx(said.cache, abs=0.01 * MIB)
    assert 0 <= summed.weights - said.model < MIB  # the header of the file is no weight
    assert said.compute + said.output <= summed.compute <= 1.1 * (said.compute + said.output) + MIB


@pytest.mark.parametrize(
    "written",
    [
        Written(),
        Written(width=512, heads=8, kv_heads=8, inner=512),
        Written(width=512, heads=8, kv_heads=2, inner=4096),
        Written(width=256, heads=8, kv_heads=8, inner=128),
        Written(width=256, heads=8, kv_heads=2, inner=512, vocabulary=152_064),
    ],
    ids=str,
)
async def test_the_compute_buffer_is_never_more_than_was_summed(tmp_path: Path, written: Written) -> None:
    model = examine(write_random_model(tmp_path / "m.gguf", model=written), Serving(1024, 4))
    said = await reported(model, tmp_path)
    assert said.compute + said.output <= model.footprint.compute <= 2 * said.compute + 2 * MIB + 2 * said.output


async def test_the_runtime_reports_what_was_summed_for_our_own_model(tmp_path: Path) -> None:
    if not TINY_MODEL.exists():
        pytest.skip("vestibule-tiny is not built")
    model = examine(TINY_MODEL, Serving(2048, 2))
    said = await reported(model, tmp_path)
    assert model.footprint.cache == pytest.approx(said.cache, abs=0.01 * MIB)
    assert said.compute <= model.footprint.compute <= 1.5 * said.compute


async def test_a_model_for_vectors_takes_no_more_than_was_summed(middle: Path, tmp_path: Path) -> None:
    """A whole text goes through it at once."""
    model = examine(middle, Serving(4096, 4), embedding=True)
    said = await reported(model, tmp_path)
    assert (model.serving.slots, model.serving.batch) == (1, 2048)
    assert model.footprint.cache == pytest.approx(said.cache, abs=0.01 * MIB)
    assert said.compute + said.output <= model.footprint.compute <= 3 * (said.compute + said.output)


async def test_adapters_are_weights(middle: Path, tmp_path: Path) -> None:
    adapter = Adapter("a", write_random_adapter(tmp_path / "a.gguf", width=MIDDLE.width, layers=MIDDLE.layers))
    model = examine(middle, Serving(1024, 1), (adapter,))
    said = await reported(model, tmp_path)
    assert said.lora > 0
    assert 0 <= model.footprint.weights - said.model - said.lora < MIB


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that is measured for coverage holds some MiB more, which are not the product's."""
    for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("serving", [Serving(1024, 1, threads=1), Serving(4096, 4, "q8_0", 1)], ids=str)
async def test_a_process_that_answered_in_all_slots_holds_no_more_than_was_summed(
    middle: Path, tmp_path: Path, serving: Serving
) -> None:
    provider = LlamaCppProvider("middle", middle, tmp_path, serving=serving)
    await provider.start()
    try:
        questions = [ask(provider, chr(97 + n) * 100, 8) for n in range(serving.slots)]
        await asyncio.gather(*questions)
        assert provider.status.pid is not None
        held = resident_bytes(provider.status.pid)
    finally:
        await provider.close()
    assert 0.8 * provider_sum(middle, serving) < held <= provider_sum(middle, serving)


def provider_sum(path: Path, serving: Serving) -> int:
    return examine(path, serving).footprint.total


def test_sums_are_said_in_words() -> None:
    assert [spell(n) for n in (0, 500 * KIB, 3 * MIB, 250 * MIB, 5 * 2**30, 12 * 2**30)] == [
        "0.00 MiB",
        "0.49 MiB",
        "3.00 MiB",
        "250.0 MiB",
        "5.00 GiB",
        "12.0 GiB",
    ]
    said = str(footprint(QWEN_7B, Serving(4096, 2)))
    assert said.startswith("4.36 GiB of weights + 448.0 MiB of KV cache + ")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.usefixtures("alone")
async def test_a_process_that_answered_many_holds_no_more_than_was_summed(tmp_path: Path) -> None:
    """Of a model this small the process is nearly all: what grows with use would show."""
    path = write_random_model(tmp_path / "m.gguf")
    serving = Serving(4096, 2, threads=1)
    provider = LlamaCppProvider("small", path, tmp_path, serving=serving)
    await provider.start()
    try:
        await asyncio.gather(*(ask(provider, chr(97 + n) * (100 + 80 * n), 10) for n in range(26)))
        assert provider.status.pid is not None
        assert resident_bytes(provider.status.pid) <= provider.size_bytes
    finally:
        await provider.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_threads_of_a_process_are_as_many_as_its_slots_need_on_any_machine(tmp_path: Path) -> None:
    """Each keeps memory of its own: one for each core of a large machine is more than was summed."""
    path = write_random_model(tmp_path / "m.gguf")
    counted = {slots: await _threads(path, tmp_path, slots) for slots in (1, 5)}
    assert counted[5] - counted[1] == 4


async def _threads(path: Path, logs: Path, slots: int) -> int:
    """So many as there are for a second: the last ones begin after the first answer."""
    provider = LlamaCppProvider("small", path, logs, serving=Serving(256, slots, threads=1))
    await provider.start()
    try:
        await provider.ready()
        await ask(provider, "a" * 20, 1)
        counts: list[int] = []
        while len(set(counts[-20:])) != 1 or len(counts) < 20:
            counts.append(len(list(Path(f"/proc/{provider.status.pid}/task").iterdir())))
            await asyncio.sleep(0.05)
        return counts[-1]
    finally:
        await provider.close()
