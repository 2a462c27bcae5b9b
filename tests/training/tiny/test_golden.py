"""The artefact in llama.cpp's own server: it reads what the recipe wrote, token by token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tokenizers import Tokenizer

import vestibule
from tests.training.tiny.golden import conversations
from vestibule.training.tiny.chatml import before_reply, render
from vestibule.training.tiny.dialogues import Dialogue
from vestibule.training.tiny.evaluate import request
from vestibule.training.tiny.server import LlamaServer, serving
from vestibule.training.tiny.tokenizer import encode

ARTEFACT = Path(vestibule.__file__).parent / "models" / "vestibule-tiny.gguf"
GOLDEN = list(conversations())


@pytest.fixture(scope="module")
def server() -> Iterator[LlamaServer]:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    with serving(ARTEFACT) as running:
        yield running


@pytest.fixture(scope="module")
def trained_on() -> Tokenizer:
    return Tokenizer.from_file(str(ARTEFACT.with_suffix(".tokenizer.json")))


def test_the_artefact_is_the_one_its_sum_names() -> None:
    digest, name = ARTEFACT.with_suffix(".sha256").read_text(encoding="utf-8").split()
    assert name == ARTEFACT.name
    assert digest == hashlib.sha256(ARTEFACT.read_bytes()).hexdigest()
    assert 2_000_000 < ARTEFACT.stat().st_size < 6_000_000


def test_there_are_thirty_golden_conversations_of_every_kind() -> None:
    assert len(GOLDEN) >= 30
    assert {d.kind for d in GOLDEN} >= {"results", "passages", "refusal", "json", "tool_call", "tool_reply", "copy"}


@pytest.mark.parametrize("dialogue", GOLDEN, ids=lambda d: d.kind)
def test_template_and_ids_served_are_those_trained_on(
    dialogue: Dialogue, server: LlamaServer, trained_on: Tokenizer
) -> None:
    prompt = server.post("/apply-template", request(dialogue))["prompt"]
    assert prompt == before_reply(dialogue)
    whole = "".join(text for text, _ in render(dialogue))
    for text in (before_reply(dialogue), whole):
        served = server.post("/tokenize", {"content": text, "add_special": False, "parse_special": True})["tokens"]
        assert served == encode(trained_on, text)


def test_stretches_encoded_one_by_one_for_training_give_the_ids_of_the_whole(trained_on: Tokenizer) -> None:
    for dialogue in GOLDEN:
        stretches = [text for text, _ in render(dialogue)]
        assert [i for s in stretches for i in encode(trained_on, s)] == encode(trained_on, "".join(stretches))
