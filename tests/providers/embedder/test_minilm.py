from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.providers.embedder.sentences import sentences
from vestibule.core.errors import Unavailable
from vestibule.core.ports import Embedder
from vestibule.providers.embedder import MiniLM, minilm, store


async def test_nearest_is_what_means_the_same(model: MiniLM) -> None:
    texts = ["The cooling machine has a fault.", "Chiller failure", "The lease ends in May.", "Rent contract expiry"]
    similarity = await model.embed(texts) @ (await model.embed(texts)).T - 2 * np.eye(4)
    assert similarity.argmax(axis=1).tolist() == [1, 0, 3, 2]


async def test_rows_are_unit_float32_in_the_order_given(model: MiniLM) -> None:
    embedder: Embedder = model
    texts = ["long " * 300, "", "AHU-3", "\x00\ud7ff 🏢", "mid " * 40]
    vectors = await embedder.embed(texts)
    assert vectors.shape == (5, embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose((await embedder.embed([text]))[0], vector, atol=1e-5)


async def test_nothing_in_nothing_out(model: MiniLM) -> None:
    assert (await model.embed([])).shape == (0, 384)


async def test_half_a_surrogate_pair_is_a_question_mark(model: MiniLM) -> None:
    vectors = await model.embed(["pump \ud83c", "pump ?"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert model.count_tokens("\udfff") == 3


async def test_only_the_first_256_tokens_are_seen(model: MiniLM) -> None:
    seen = "pump " * 254
    vectors = await model.embed([seen, seen + "chiller " * 50, "pump " * 253 + "chiller"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-3


def test_tokens_are_counted_without_truncation(model: MiniLM) -> None:
    assert model.count_tokens("") == 2
    assert model.count_tokens("pump") == 3
    assert model.count_tokens("pump " * 1000) == 1002


async def test_concurrent_calls_each_get_their_own(model: MiniLM) -> None:
    texts = sentences()[100:340]
    groups = [texts[start : start + 12] for start in range(0, len(texts), 12)]
    together = await asyncio.gather(*(model.embed(group) for group in groups))
    np.testing.assert_allclose(np.concatenate(together), await model.embed(texts), atol=1e-5)


async def test_event_loop_ticks_while_embedding(model: MiniLM) -> None:
    ticks = 0

    async def beat() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    heart = asyncio.create_task(beat())
    await model.embed(["The boiler plant is staged by return temperature. " * 30])
    during_one_batch = ticks
    heart.cancel()
    assert during_one_batch >= 2


async def test_query_overtakes_a_document(model: MiniLM) -> None:
    document = asyncio.create_task(model.embed(["Each meter is read every fifteen minutes. " * 40] * 60))
    await asyncio.sleep(0.01)
    await model.embed(["Why so high?"])
    assert not document.done()
    document.cancel()
    with pytest.raises(asyncio.CancelledError):
        await document


async def test_cancelled_call_leaves_the_embedder_free(model: MiniLM) -> None:
    calls = [asyncio.create_task(model.embed(["pump " * 200] * 40)) for _ in range(5)]
    await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    assert (await model.embed(["still here"])).shape == (1, 384)


def test_serves_one_event_loop_after_another(model: MiniLM) -> None:
    first = asyncio.run(model.embed(["pump"]))
    np.testing.assert_array_equal(asyncio.run(model.embed(["pump"])), first)


async def test_closed_embedder_refuses_and_says_so(built_home: Path) -> None:
    model = MiniLM.load(built_home)
    waiting = asyncio.create_task(model.embed(["pump " * 200] * 40))
    await asyncio.sleep(0.01)
    await asyncio.to_thread(model.close)
    with pytest.raises(Unavailable, match="closed"):
        await waiting
    with pytest.raises(Unavailable, match="closed"):
        await model.embed(["pump"])
    model.close()


async def test_it_is_loaded_by_the_first_text_and_once(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load, loads = store.ensure_built, list[str]()

    def noting(home: Path) -> Path:
        loads.append(threading.current_thread().name)
        return load(home)

    monkeypatch.setattr(minilm, "ensure_built", noting)
    model = MiniLM(built_home)
    assert (model.is_loaded, loads) == (False, [])
    asked = [model.embed([f"pump {n}"]) for n in range(4)]
    found = await asyncio.gather(*asked, *(asyncio.to_thread(model.warm) for _ in range(4)))
    assert [vectors.shape for vectors in found if vectors is not None] == [(1, 384)] * 4
    assert (model.is_loaded, model.trouble) == (True, "")
    assert len(loads) == 1
    assert loads[0] != threading.main_thread().name
    await asyncio.to_thread(model.close)


async def test_who_needs_one_that_cannot_be_loaded_is_told_and_the_next_may_find_it_mended(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    model = MiniLM(tmp_path)
    assert model.trouble == ""
    with pytest.raises(Unavailable, match="cannot be written"):
        await model.embed(["pump"])
    assert "cannot be written" in model.trouble
    assert not model.is_loaded
    (tmp_path / "models").unlink()
    assert (await model.embed(["pump"])).shape == (1, 384)
    assert (model.is_loaded, model.trouble) == (True, "")
    await asyncio.to_thread(model.close)


def test_tokens_are_counted_without_the_model(built_home: Path) -> None:
    model = MiniLM(built_home)
    assert model.count_tokens("pump") == 3
    assert not model.is_loaded
    model.close()
