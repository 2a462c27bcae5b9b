"""The built model against transformers' own forward pass on the same weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tests.providers.embedder.sentences import sentences
from vestibule.core.ports import Vector
from vestibule.providers.embedder import MiniLM


@pytest.fixture(scope="module")
def reference() -> Vector:
    with np.load(Path(__file__).with_name("reference.npz")) as stored:
        assert str(stored["sentences_sha256"]) == hashlib.sha256("\0".join(sentences()).encode()).hexdigest()
        vectors: Vector = stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


async def test_agrees_with_transformers_on_500_sentences(model: MiniLM, reference: Vector) -> None:
    vectors = await model.embed(sentences())
    cosines = (vectors * reference).sum(axis=1)
    assert cosines.shape == (500,)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.98


async def test_every_sentence_finds_itself_in_the_reference(model: MiniLM, reference: Vector) -> None:
    nearest = (await model.embed(sentences()) @ reference.T).argmax(axis=1)
    told_apart = (reference @ reference.T - 2 * np.eye(500)).max(axis=1) < 0.99
    assert told_apart.sum() > 350
    np.testing.assert_array_equal(nearest[told_apart], np.flatnonzero(told_apart))


async def test_vector_does_not_depend_on_what_it_is_batched_with(model: MiniLM) -> None:
    texts = [*sentences()[:20], *sentences()[-20:]]
    alone = np.concatenate([await model.embed([text]) for text in texts])
    np.testing.assert_allclose(await model.embed(texts), alone, atol=1e-5)
