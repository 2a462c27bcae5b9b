"""`vestibule models add` with adapters and for vectors: each is tried before it is added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.providers.llamacpp.random_model import write_random_adapter, write_random_model
from vestibule.cli.commands import commands
from vestibule.providers.llamacpp.registry import added_models


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["models", *map(str, arguments)])


def notes() -> dict[str, str]:
    rows = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    return {row["id"]: row["note"] for row in rows}


def test_a_model_with_adapters(home: Path) -> None:
    model, tone = write_random_model(home / "m.gguf"), write_random_adapter(home / "tone.gguf")
    added = run("add", model, "--adapter", f"tone={tone}", "--adapter", f"units={tone}")
    assert added.exit_code == 0, added.output
    (entry,) = added_models(home)
    assert [(a.name, a.path) for a in entry.adapters] == [("tone", tone), ("units", tone)]
    assert notes()["m"] == f"{model}, adapter tone, adapter units"
    again = run("add", model)
    assert again.exit_code == 0, again.output
    assert [m.adapters for m in added_models(home)] == [()]


def test_an_adapter_that_does_not_fit_is_refused_and_nothing_added(home: Path) -> None:
    model = write_random_model(home / "m.gguf")
    cut = write_random_adapter(home / "cut.gguf")
    cut.write_bytes(cut.read_bytes()[:-100])
    foreign = write_random_adapter(home / "foreign.gguf", {"general.architecture": "llama"})
    small = write_random_adapter(home / "small.gguf", width=32)
    for given, says in (
        (f"a={cut}", "is cut off"),
        (f"a={foreign}", "adapter for the architecture 'llama'"),
        (f"a={small}", "incorrect shape"),
        (f"a={model}", "is no LoRA adapter"),
        (f"a={home / 'none.gguf'}", "does not exist"),
        (f"a={home}", "is a folder"),
        ("a", "--adapter NAME=PATH"),
        (f"A b={cut}", "--adapter NAME=PATH"),
    ):
        refused = run("add", model, "--adapter", given)
        assert refused.exit_code == 1, given
        assert says in str(refused.exception)
    assert added_models(home) == ()


def test_a_model_for_vectors_is_recognised_or_asked_for(home: Path) -> None:
    pooled = write_random_model(home / "pooled.gguf", {"qwen2.pooling_type": 1})
    chat = write_random_model(home / "chat.gguf")
    assert run("add", pooled).exit_code == 0
    assert run("add", chat, "--embedding").exit_code == 0
    assert [m.embedding for m in added_models(home)] == [True, True]
    assert notes()["chat"].endswith("chat.gguf, embeddings")
    wrong = run("add", pooled, "--adapter", f"a={chat}")
    assert wrong.exit_code == 2
