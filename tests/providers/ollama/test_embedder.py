"""Vectors from a daemon on a real socket: unit rows in order, in batches, and nothing that is cut off in silence."""

from __future__ import annotations

import numpy as np
import pytest

from tests.providers.ollama.daemon import EMBEDDER, LLAMA, REMOTE, Daemon
from vestibule.core.errors import EgressRefused, TooLarge, UpstreamFailed
from vestibule.core.ports import Embedded
from vestibule.providers.ollama import OllamaEmbedder, embedder


async def embed(daemon: Daemon, *texts: str, name: str = "all-minilm:latest", dimension: int = 0) -> Embedded:
    return await OllamaEmbedder(name, daemon.url, keep_alive="30m", dimension=dimension).embed(texts)


async def test_rows_are_unit_vectors_in_the_order_of_the_texts() -> None:
    async with Daemon().running() as daemon:
        made = await embed(daemon, "one two", "three words here", dimension=3)
    assert made.vectors.shape == (2, 3)
    assert made.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1)
    assert np.allclose(made.vectors[0] / made.vectors[0][0], [1, 4 / 3, 0.7 / 3])
    assert made.tokens == 5
    texts = ["one two", "three words here"]
    assert daemon.bodies == [{"model": "all-minilm:latest", "input": texts, "truncate": False, "keep_alive": "30m"}]


async def test_many_texts_go_in_batches() -> None:
    async with Daemon().running() as daemon:
        made = await embed(daemon, *(f"text {n}" for n in range(150)))
    assert made.vectors.shape == (150, 3)
    assert made.tokens == 300
    assert [len(asked["input"]) for asked in daemon.bodies] == [64, 64, 22]  # type: ignore[arg-type]


async def test_a_text_longer_than_the_context_is_refused_and_not_cut() -> None:
    async with Daemon().running() as daemon:
        with pytest.raises(TooLarge, match="nothing is cut off"):
            await embed(daemon, "x" * 3000)


@pytest.mark.parametrize("rows", [[], [[]], [[1.0, 2.0, 3.0]] * 2, [[0.0, 0.0, 0.0]], [[1.0, 2.0]]])
async def test_vectors_of_another_shape_are_a_failure(rows: list[list[float]]) -> None:
    async with Daemon(embeddings=rows).running() as daemon:
        with pytest.raises(UpstreamFailed) as failed:
            await embed(daemon, "one", dimension=3)
    assert failed.value.fault == "malformed"


@pytest.mark.parametrize(("name", "error"), [("large", EgressRefused), ("none", UpstreamFailed)])
async def test_what_the_daemon_does_not_run_itself_gets_no_text(name: str, error: type[Exception]) -> None:
    async with Daemon(models=[LLAMA, REMOTE, EMBEDDER]).running() as daemon:
        with pytest.raises(error):
            await embed(daemon, "one", name=name)
    assert daemon.bodies == []


@pytest.mark.parametrize(
    ("status", "fault", "says"),
    [
        (404, "refused", "models pull all-minilm"),
        (500, "failed", "status 500"),
        (503, "overloaded", "status 503"),
        (400, "refused", "status 400"),
    ],
)
async def test_a_daemon_that_fails_is_a_failure_and_quotes_nothing(status: int, fault: str, says: str) -> None:
    async with Daemon(status=status).running() as daemon:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await embed(daemon, "one")
    assert failed.value.fault == fault
    assert "secret" not in str(failed.value)


async def test_what_is_no_reply_is_a_failure_and_an_endless_one_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Daemon(embeddings="no").running() as daemon:  # type: ignore[arg-type]
        with pytest.raises(UpstreamFailed, match="something else than vectors"):
            await embed(daemon, "one")
    monkeypatch.setattr(embedder, "LONGEST", 100)
    async with Daemon(embeddings=[[1.0] * 1000]).running() as daemon:
        with pytest.raises(UpstreamFailed, match="more than 100 bytes"):
            await embed(daemon, "one")
