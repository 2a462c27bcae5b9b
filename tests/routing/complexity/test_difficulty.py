"""What the shipped model says of requests: an order a person would agree with, whatever its wrapping."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from vestibule.core.chat import ChatRequest, Message, Tool
from vestibule.core.ports import Vector
from vestibule.providers.embedder import MiniLM
from vestibule.routing.complexity import Complexity
from vestibule.routing.complexity.structure import NAMES, features

EASY = (
    "hi, how are you?",
    "What is the capital of Norway?",
    "Quelle est la capitale de l'Espagne ?",
    "What was the electricity use of Hall B last week?",
    "Is this review positive or negative? The soup was cold but the staff were kind.",
)
HARD = (
    "Prove that every finite integral domain is a field.",
    "Implement a lock-free skip list in Rust and argue that it is linearizable.",
    "Solve y'' + 3y' + 2y = e^{-x} sin(2x) with y(0) = 1 and y'(0) = 0.",
    "Formulate a stochastic model predictive controller for a chiller plant with storage and uncertain prices.",
    "Beweise, dass es unendlich viele Primzahlen der Form 4n + 3 gibt.",
)


def asked(text: str) -> ChatRequest:
    return ChatRequest("auto", (Message("user", text),))


@pytest.fixture(scope="module")
def complexity() -> Complexity:
    return Complexity.load()


@pytest.fixture
async def vectors(tmp_path: Path) -> dict[str, Vector]:
    embedder = MiniLM(tmp_path)
    rows = await embedder.embed([*EASY, *HARD])
    embedder.close()
    return dict(zip((*EASY, *HARD), rows, strict=True))


async def test_every_hard_request_is_above_every_easy_one(complexity: Complexity, vectors: dict[str, Vector]) -> None:
    said = {text: complexity.difficulty(vectors[text], asked(text)) for text in (*EASY, *HARD)}
    assert max(said[text] for text in EASY) < min(said[text] for text in HARD)
    assert all(0 < difficulty < 1 for difficulty in said.values())


def test_so_it_is_without_an_embedding(complexity: Complexity) -> None:
    easy = [complexity.difficulty(None, asked(text)) for text in EASY]
    hard = [complexity.difficulty(None, asked(text)) for text in HARD]
    assert max(easy) < min(hard)


async def test_one_at_a_time_is_as_many_at_once(complexity: Complexity, vectors: dict[str, Vector]) -> None:
    rows = np.stack([features(asked(text)) for text in vectors])
    together = complexity.difficulties(rows, np.stack(list(vectors.values())))
    alone = [complexity.difficulty(vector, asked(text)) for text, vector in vectors.items()]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_long_is_not_hard(complexity: Complexity) -> None:
    """A long text to shorten is easier than a short theorem."""
    long = "Summarise this in one sentence: " + "The market opened in May and many people came by train. " * 60
    assert complexity.difficulty(None, asked(long)) < 0.4 < complexity.difficulty(None, asked(HARD[0]))


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "?" * 50_000, "0" * 9999, "\n" * 3000, "🏢" * 500, "| a | b |\n" * 900]
)
def test_whatever_is_asked_has_a_difficulty(complexity: Complexity, text: str) -> None:
    assert 0 < complexity.difficulty(None, asked(text)) < 1


def test_a_request_without_a_question_has_one_too(complexity: Complexity) -> None:
    assert 0 < complexity.difficulty(None, ChatRequest("auto", (Message("system", "You are kind."),))) < 1


def test_features_count_what_their_names_say() -> None:
    text = "First, compute 12 kWh + 7.5 kWh. Then compare: which is better?\nA) 19 B) 20\n```x = ⟨1⟩```"
    request = ChatRequest(
        "auto",
        (Message("system", "s" * 200), Message("user", "hi"), Message("assistant", "ho"), Message("user", text)),
        tools=(Tool("one"), Tool("two")),
    )
    found = dict(zip(NAMES, np.expm1(features(request)).round(2), strict=True))
    expected = {
        "numbers": 5,
        "quantities": 2,
        "distinct_numbers": 5,
        "questions": 1,
        "lines": 2,
        "turns": 3,
        "tools": 2,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["options"] == 1
    assert found["compute"] == 1
    assert found["compare"] == 2
    assert found["steps"] == 2
    assert found["recall"] == 1
    assert found["instructions"] == 2


def test_of_a_long_question_both_ends_are_read() -> None:
    long = "hello " * 400 + "prove the theorem"
    assert np.expm1(features(asked(long))[NAMES.index("prove")]).round() == 2


def test_a_model_for_other_features_is_refused() -> None:
    model = (files("vestibule.routing.complexity") / "complexity.safetensors").read_bytes()
    with pytest.raises(ValueError, match="make complexity-model"):
        Complexity.read(save(load(model), {"features": "others"}))


def test_a_model_that_is_not_the_shipped_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "complexity.safetensors").write_bytes(b"changed")
    (tmp_path / "complexity.sha256").write_text(f"{'0' * 64}  complexity.safetensors\n")
    monkeypatch.setattr("vestibule.routing.complexity.difficulty.files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="sha256"):
        Complexity.load()
