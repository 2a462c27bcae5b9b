"""Whether a file can be run here, judged by its header."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import Shape, Value, write_random_model
from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.providers.llamacpp.model_file import available_memory, examine, require_budget, require_free
from vestibule.providers.memory.footprint import Serving

MIB, GIB = 1_048_576, 1_073_741_824
USUAL = Serving(4096, 2)


def test_the_context_is_what_is_asked_and_trained(tmp_path: Path) -> None:
    short = write_random_model(tmp_path / "short.gguf", context=1024)
    long = write_random_model(tmp_path / "long.gguf", context=32_768)
    assert examine(short, USUAL).serving.context == 1024
    assert examine(long, USUAL).serving.context == 4096
    assert examine(long, Serving(8192, 2)).serving.context == 8192
    assert examine(short, Serving(8192, 2)).serving.context == 1024
    assert examine(long, USUAL).trained_context == 32_768


@pytest.mark.parametrize(
    ("layers", "kv_heads", "length", "kib_per_token"),
    [(28, 4, 128, 56), (28, 8, 128, 112)],  # Qwen2.5-7B and Llama-3.2-3B
)
def test_what_memory_depends_on_is_read_from_the_header(
    tmp_path: Path, layers: int, kv_heads: int, length: int, kib_per_token: int
) -> None:
    changes: dict[str, Value] = {
        "qwen2.block_count": layers,
        "qwen2.attention.head_count_kv": kv_heads,
        "qwen2.attention.key_length": length,
        "qwen2.attention.value_length": length,
    }
    path = write_random_model(tmp_path / "m.gguf", changes)
    model = examine(path, USUAL)
    assert model.footprint.weights == path.stat().st_size
    assert model.footprint.cache == 2 * 4096 * kib_per_token * 1024
    assert (model.shape.width, model.shape.inner, model.shape.vocabulary) == (64, 128, 259)


def test_a_vocabulary_too_long_to_keep_is_counted(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", model=Shape(vocabulary=5000))
    assert examine(path, USUAL).shape.vocabulary == 5000


def test_kv_heads_may_differ_by_layer(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", {"qwen2.attention.head_count_kv": [1, 3]})
    assert examine(path, Serving(4096, 1)).footprint.cache == 4096 * (1 + 3) * (16 + 16) * 2


def test_heads_must_be_whole_blocks_of_the_cache_type(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    with pytest.raises(InvalidRequest, match="heads of 16 values, which the cache type q8_0 cannot divide"):
        examine(path, Serving(4096, 1, "q8_0"))


def test_what_cannot_fit_alone_is_refused_with_the_sum(gguf: Path) -> None:
    model = examine(gguf, USUAL)
    require_budget(model, model.footprint.total)
    with pytest.raises(TooLarge) as refused:
        require_budget(model, 50 * MIB)
    assert "0.42 MiB of weights + 2.00 MiB of KV cache + 5.41 MiB of compute buffer" in refused.value.message
    assert "with 2 x 4,096 tokens of context, cache type f16; the budget of local models is 50.0 MiB" in str(
        refused.value
    )
    for mend in ("fewer slots", "smaller context", "q8_0 cache", "local.memory_gib"):
        assert mend in refused.value.next_step


def test_what_the_machine_has_no_memory_for_now_is_refused_with_the_sum(gguf: Path) -> None:
    with pytest.raises(TooLarge, match=r"50\.0 MiB of memory are free") as refused:
        require_free(examine(gguf, USUAL), 50 * MIB)
    assert "free memory" in refused.value.next_step


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"general.type": "adapter"}, "an adapter, not a language model"),
        ({"general.type": "mmproj"}, "a part of a model"),
        ({"general.architecture": "clip"}, "a part of a model"),
        ({"general.architecture": 7}, "does not say which architecture"),
        ({"split.count": 3}, "one of several parts"),
        ({"qwen2.attention.causal": False}, "an embedding model"),
    ],
)
def test_what_cannot_chat_is_refused(tmp_path: Path, changes: dict[str, Value], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as refused:
        examine(write_random_model(tmp_path / "m.gguf", changes), USUAL)
    assert refused.value.next_step


def test_a_model_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    data = write_random_model(path).read_bytes()
    path.write_bytes(data.replace(b"tokenizer.ggml.tokens", b"tokenizer.ggml.other_"))
    with pytest.raises(InvalidRequest, match="no tokenizer"):
        examine(path, USUAL)


def test_memory_is_what_the_kernel_and_the_group_allow(tmp_path: Path) -> None:
    proc = tmp_path / "meminfo"
    proc.write_text("MemTotal: 8000 kB\nMemAvailable:    4000 kB\n")
    assert available_memory(proc, tmp_path) == 4000 * 1024
    for name, value in {
        "memory.max": "1000000",
        "memory.current": "900000",
        "memory.stat": "anon 5\nfile 400000",
    }.items():
        (tmp_path / name).write_text(value)
    assert available_memory(proc, tmp_path) == 500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory(proc, tmp_path) == 4000 * 1024
    assert available_memory(tmp_path / "none", tmp_path) > GIB / 4
