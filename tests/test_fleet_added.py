"""What was added with adapters or for vectors is served so, and what does not run is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_adapter, write_random_model
from tests.test_fleet import embedder, until
from vestibule import fleet as fleets
from vestibule.core.settings import Settings
from vestibule.fleet import Fleet
from vestibule.providers.embedder import MiniLM
from vestibule.providers.llamacpp.registry import adapters_of, add_model, remove_model

__all__ = ["embedder"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(fleets, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(fleets, "TINY_MODEL", tmp_path / "none.gguf")
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    return Settings(home=tmp_path)


async def test_adapters_and_vectors_are_served(tmp_path: Path, settings: Settings, embedder: MiniLM) -> None:
    path, tone = write_random_model(tmp_path / "m.gguf"), write_random_adapter(tmp_path / "tone.gguf")
    add_model(tmp_path, path, "chat", adapters=adapters_of([f"tone={tone}"]))
    add_model(tmp_path, path, "vectors", embedding=True)
    fleet = Fleet(settings, embedder, {})
    async with fleet.running() as catalogue:
        assert catalogue.names() == ["auto", "chat", "extractive"]
        assert [model.adapters for model in catalogue] == [("tone",), ()]
        made = await fleet.embedders["vectors"].embed(["chiller", "boiler"])
        assert made.vectors.shape == (2, fleet.embedders["vectors"].dimension) == (2, 64)
        assert not fleet.troubles
        remove_model(tmp_path, "vectors")
        await until(lambda: not fleet.embedders)


async def test_what_does_not_run_is_told(tmp_path: Path, settings: Settings, embedder: MiniLM) -> None:
    add_model(tmp_path, tmp_path / "none.gguf", "missing")
    add_model(tmp_path, write_random_model(tmp_path / "m.gguf", {"general.architecture": "martian"}), "foreign")
    fleet = Fleet(settings, embedder, {})
    async with fleet.running():
        await until(lambda: len(fleet.troubles) == 2)
        assert "does not exist" in fleet.troubles["missing"]
        assert "unknown model architecture" in fleet.troubles["foreign"]
