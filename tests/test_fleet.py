"""Models come and go while the server runs, over real GGUF files in real child processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask
from vestibule import fleet as fleets
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.fleet import Fleet
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.registry import add_model, remove_model
from vestibule.routing.catalogue import Catalogue


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(tmp_path_factory.mktemp("embedder"))
    yield loaded
    loaded.close()


@asynccontextmanager
async def running(settings: Settings, embedder: MiniLM, patch: pytest.MonkeyPatch) -> AsyncIterator[Catalogue]:
    patch.setattr(fleets, "LOOK_EVERY_S", 0.05)
    patch.setattr(fleets, "TINY_MODEL", settings.home / "none.gguf")
    patch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    async with Fleet(settings, embedder, {}).running() as catalogue:
        yield catalogue


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 what is watched is a file and a process
            await asyncio.sleep(0.02)


async def test_a_model_is_served_once_added_and_until_removed(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    async with running(Settings(home=tmp_path), embedder, monkeypatch) as catalogue:
        assert catalogue.names() == ["auto", "extractive"]
        add_model(tmp_path, path, "mine")
        await until(lambda: "mine" in catalogue.names())
        (model,) = catalogue.select("mine")
        assert isinstance(model.provider, LlamaCppProvider)
        await model.provider.ready()
        assert model.is_ready()
        assert [m.id for m in catalogue.select("auto")] == ["mine", "extractive"]
        answering = asyncio.create_task(ask(model.provider, "What is the set point?", 200))
        await until(lambda: isinstance(model.provider, LlamaCppProvider) and model.provider.busy)
        remove_model(tmp_path, "mine")
        await until(lambda: "mine" not in catalogue.names())
        assert (await answering)[-1].finish_reason is not None
        await until(lambda: isinstance(p := model.provider, LlamaCppProvider) and p.status.state == "stopped")


async def test_a_list_that_cannot_be_read_changes_nothing(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    add_model(tmp_path, path, "mine")
    listed = tmp_path / "models" / "models.json"
    kept = listed.read_bytes()
    async with running(Settings(home=tmp_path), embedder, monkeypatch) as catalogue:
        assert catalogue.names() == ["auto", "mine", "extractive"]
        listed.write_text("{")
        await asyncio.sleep(0.2)
        assert catalogue.names() == ["auto", "mine", "extractive"]
        listed.write_bytes(kept)
        add_model(tmp_path, path, "other")
        await until(lambda: "other" in catalogue.names())


async def test_a_file_that_is_gone_is_named_and_stops_nothing(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_model(tmp_path, tmp_path / "gone.gguf", "gone")
    async with running(Settings(home=tmp_path), embedder, monkeypatch) as catalogue:
        (model,) = catalogue.select("gone")
        assert not model.is_ready()


async def test_what_is_configured_comes_first(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        home=tmp_path,
        providers=(ProviderSettings("vllm", "openai", "http://127.0.0.1:9/v1"),),
        models=(ModelSettings("big", "vllm", "qwen"),),
    )
    async with running(settings, embedder, monkeypatch) as catalogue:
        assert [(m.id, m.name, m.location) for m in catalogue] == [
            ("big", "qwen", "home"),
            ("extractive", "extractive", "home"),
        ]
