"""Vectors of a real llama.cpp: the same text the same vector, whatever it comes with, and clear errors."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.providers.llamacpp.conftest import TINY
from tests.providers.llamacpp.random_model import write_random_model
from vestibule.core.errors import InvalidRequest, NoCandidate, QueueFull, TooLarge, Unavailable, UpstreamFailed
from vestibule.providers.llamacpp import LlamaCppEmbedder, LlamaCppProvider
from vestibule.providers.llamacpp.embedder import require_embeddable
from vestibule.providers.llamacpp.gguf import read_header
from vestibule.providers.llamacpp.model_file import is_embedder
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving

TEXTS = ["x", "The pump room is cold.", "a" * 300, "The pump room is warm.", "Granite Tower"]


@pytest.fixture
async def embedder(tmp_path: Path) -> AsyncIterator[LlamaCppEmbedder]:
    embedder = LlamaCppEmbedder("vectors", TINY, tmp_path, serving=Serving(1024, 4), room=2)
    await embedder.start()
    await embedder.ready()
    yield embedder
    await embedder.close()


async def test_a_text_has_one_vector_whatever_it_comes_with(embedder: LlamaCppEmbedder) -> None:
    alone = np.concatenate([(await embedder.embed([text])).vectors for text in TEXTS])
    assert alone.shape == (len(TEXTS), embedder.dimension) == (5, 256)
    assert alone.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(alone, axis=1), 1, atol=1e-5)
    assert len({row.tobytes() for row in alone}) == len(TEXTS)
    assert np.array_equal((await embedder.embed(TEXTS)).vectors, alone)
    assert np.array_equal((await embedder.embed(TEXTS[::-1])).vectors[::-1], alone)
    first, second = await asyncio.gather(embedder.embed(TEXTS[:2]), embedder.embed(TEXTS[2:]))
    assert np.array_equal(np.concatenate([first.vectors, second.vectors]), alone)


async def test_texts_of_one_meaning_are_nearer_than_others(embedder: LlamaCppEmbedder) -> None:
    cold, warm, tower = (await embedder.embed([TEXTS[1], TEXTS[3], TEXTS[4]])).vectors
    assert cold @ warm > cold @ tower


async def test_tokens_are_counted(embedder: LlamaCppEmbedder) -> None:
    one, two = (await embedder.embed([TEXTS[1]])).tokens, (await embedder.embed([TEXTS[1]] * 2)).tokens
    assert one > 3
    assert two == 2 * one


async def test_a_text_longer_than_the_context_is_refused(embedder: LlamaCppEmbedder) -> None:
    with pytest.raises(TooLarge, match="longer than the 1,024 tokens") as refused:
        await embedder.embed(["a", "harbour " * 3000])
    assert refused.value.param == "input"
    assert (await embedder.embed(["a"])).vectors.shape == (1, 256)


async def test_a_child_that_dies_is_asked_again(embedder: LlamaCppEmbedder) -> None:
    before = (await embedder.embed(TEXTS)).vectors
    assert embedder.status.pid is not None
    os.kill(embedder.status.pid, signal.SIGKILL)
    assert np.array_equal((await embedder.embed(TEXTS)).vectors, before)
    assert embedder.status.restarts == 1


async def test_who_finds_no_room_is_told(embedder: LlamaCppEmbedder) -> None:
    asked = [asyncio.create_task(embedder.embed(TEXTS * 20)) for _ in range(3)]
    await asyncio.sleep(0)
    assert embedder.busy
    with pytest.raises(QueueFull):
        await embedder.embed(["a"])
    assert [(await task).vectors.shape for task in asked] == [(100, 256)] * 3


async def test_one_that_is_not_running_says_so(embedder: LlamaCppEmbedder) -> None:
    await embedder.close()
    await embedder.close()
    assert (embedder.status.state, embedder.dimension, embedder.asleep, embedder.busy) == ("stopped", 0, False, False)
    with pytest.raises(Unavailable, match="not running"):
        await embedder.embed(["a"])


async def test_one_that_cannot_fit_says_why(tmp_path: Path) -> None:
    embedder = LlamaCppEmbedder("vectors", TINY, tmp_path, memory=MemoryBudget(1_000_000))
    with pytest.raises(TooLarge):
        await embedder.start()
    with pytest.raises(NoCandidate, match="does not fit"):
        await embedder.embed(["a"])


async def test_an_embedding_file_is_recognised_and_cannot_chat(tmp_path: Path) -> None:
    pooled = write_random_model(tmp_path / "pooled.gguf", {"qwen2.pooling_type": 1})
    ahead = write_random_model(tmp_path / "ahead.gguf", {"qwen2.attention.causal": False})
    assert is_embedder(read_header(pooled))
    assert is_embedder(read_header(ahead))
    assert not is_embedder(read_header(TINY))
    with pytest.raises(InvalidRequest, match="it cannot chat") as refused:
        await LlamaCppProvider("m", pooled, tmp_path).start()
    assert "--embedding" in refused.value.next_step
    assert (await require_embeddable(pooled, tmp_path)).pooling == 1


async def test_a_file_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", {"general.architecture": "martian"})
    with pytest.raises(UpstreamFailed, match="unknown model architecture"):
        await require_embeddable(path, tmp_path)
