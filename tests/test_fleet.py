"""Models come and go while the server runs, over real GGUF files in real child processes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask
from tests.providers.ollama.daemon import DEEPSEEK, EMBEDDER, LLAMA, REMOTE, RUNNING, Daemon
from tests.providers.ollama.program import install
from vestibule import fleet as fleets
from vestibule.core.chat import Message, Sampling
from vestibule.core.errors import NoCandidate
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import LocalSettings, ModelSettings, ProviderSettings, Settings
from vestibule.fleet import Fleet
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.llamacpp.registry import add_model, remove_model
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.ollama import watch
from vestibule.routing.catalogue import Catalogue, Model


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(tmp_path_factory.mktemp("embedder"))
    yield loaded
    loaded.close()


@asynccontextmanager
async def running(
    settings: Settings, embedder: MiniLM, patch: pytest.MonkeyPatch, ollama: str = "http://127.0.0.1:9"
) -> AsyncIterator[Catalogue]:
    patch.setattr(fleets, "LOOK_EVERY_S", 0.05)
    patch.setattr(fleets, "TINY_MODEL", settings.home / "none.gguf")
    patch.setenv("OLLAMA_HOST", ollama)
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


async def test_languages_are_those_that_are_said_else_those_of_the_family(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        home=tmp_path,
        providers=(ProviderSettings("vllm", "openai", "http://127.0.0.1:9/v1"),),
        models=(
            ModelSettings("a", "vllm", "llama-3.2-3b-instruct"),
            ModelSettings("b", "vllm", "llama-3.2-3b-instruct", languages=frozenset({"vi"})),
            ModelSettings("c", "vllm", "ours"),
        ),
    )
    add_model(tmp_path, write_random_model(tmp_path / "random.gguf"), "qwen2.5-7b-instruct")
    async with running(settings, embedder, monkeypatch) as catalogue:
        known = {model.id: model.languages for model in catalogue}
        assert {id: len(languages) for id, languages in known.items() if languages} == {
            "a": 8,
            "b": 1,
            "qwen2.5-7b-instruct": 28,
        }
        assert known["c"] is known["extractive"] is None


async def test_the_budget_holds_what_fits_and_a_request_brings_back_the_others(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    local = LocalSettings(slots=1, context=1024)
    one = examine(path, Serving.of(local)).footprint.total
    for name in ("a", "b", "c"):
        add_model(tmp_path, path, name)
    settings = Settings(home=tmp_path, local=msgspec.structs.replace(local, memory_gib=2.5 * one / 2**30))
    async with running(settings, embedder, monkeypatch) as catalogue:
        a, b, c = served(catalogue, "a", "b", "c")
        await until(lambda: a.is_ready() and b.is_ready())
        assert provider_of(c).asleep
        assert not c.is_ready()  # `auto` wakes nobody while another is awake
        assert (await ask(provider_of(c), "hello", 5))[-1].finish_reason is not None
        assert [provider_of(m).asleep for m in (a, b, c)] == [True, False, False]
        remove_model(tmp_path, "b")
        remove_model(tmp_path, "c")
        await until(lambda: catalogue.names() == ["auto", "a", "extractive"])
        assert a.is_ready()  # alone and asleep: `auto` may wake it
        assert (await ask(provider_of(a), "hello", 5))[-1].finish_reason is not None


async def test_a_model_beyond_the_budget_is_listed_and_says_the_sum_when_asked(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_model(tmp_path, write_random_model(tmp_path / "random.gguf"), "mine")
    settings = Settings(home=tmp_path, local=LocalSettings(memory_gib=0.01))
    async with running(settings, embedder, monkeypatch) as catalogue:
        (model,) = served(catalogue, "mine")
        assert not model.is_ready()
        with pytest.raises(NoCandidate, match=r"of KV cache .* the budget of local models is 10\.\d MiB"):
            await ask(provider_of(model), "hello", 5)


async def test_what_ollama_holds_counts(tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    add_model(tmp_path, path, "mine")
    local = LocalSettings(slots=1, context=1024)
    one = examine(path, Serving.of(local)).footprint.total
    settings = Settings(home=tmp_path, local=msgspec.structs.replace(local, memory_gib=2 * one / 2**30))
    async with (
        Daemon(running_now=[{**RUNNING, "size": 2 * one}]).running() as daemon,
        running(settings, embedder, monkeypatch, daemon.url) as catalogue,
    ):
        (model,) = served(catalogue, "mine")
        assert provider_of(model).asleep
        daemon.running_now = []
        assert (await ask(provider_of(model), "hello", 5))[-1].finish_reason is not None


def served(catalogue: Catalogue, *names: str) -> list[Model]:
    return [model for name in names for model in catalogue.select(name)]


def provider_of(model: Model) -> LlamaCppProvider:
    assert isinstance(model.provider, LlamaCppProvider)
    return model.provider


async def test_models_of_an_ollama_come_and_go_with_it(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "AWAY_S", 0.02)
    monkeypatch.setattr(watch, "HERE_S", 0.02)
    async with Daemon().running() as first:
        port = first.port
    async with running(Settings(home=tmp_path), embedder, monkeypatch, f"127.0.0.1:{port}") as catalogue:
        assert catalogue.names() == ["auto", "extractive"]
        async with Daemon(models=[LLAMA, REMOTE], port=port).running() as daemon:
            await until(lambda: catalogue.names() == ["auto", "llama3.2:latest", "extractive"])
            (model,) = catalogue.select("llama3.2:latest")
            await until(model.is_ready)
            daemon.models = [LLAMA, DEEPSEEK]
            await until(lambda: "deepseek-r1:latest" in catalogue.names())
        await until(lambda: not model.is_ready())
        assert "llama3.2:latest" in catalogue.names()  # named it fails with its reason; `auto` leaves it out


async def test_an_ollama_is_started_where_settings_say_so(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "AWAY_S", 0.02)
    program = install(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    async with Daemon().running() as first:
        port = first.port
    settings = Settings(home=tmp_path, local=LocalSettings(start_ollama=True))
    async with running(settings, embedder, monkeypatch, f"127.0.0.1:{port}") as catalogue:
        await until(lambda: "llama3.2:latest" in catalogue.names())


async def test_models_for_vectors_of_an_ollama_can_be_named(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleets, "TINY_MODEL", tmp_path / "none.gguf")
    async with Daemon(models=[EMBEDDER]).running() as daemon:
        monkeypatch.setenv("OLLAMA_HOST", daemon.url)
        fleet = Fleet(Settings(home=tmp_path), embedder, {})
        async with fleet.running() as catalogue:
            assert catalogue.names() == ["auto", "extractive"]
            model = fleet.embedders["all-minilm:latest"]
            assert model.dimension == 3
            assert (await model.embed(["one", "two"])).vectors.shape == (2, 3)


async def test_a_model_of_the_catalogue_is_sampled_as_it_says(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = LLAMA | {"name": "llama3.2:3b"}
    asked = ModelRequest((Message("user", "Who checks the chiller?"),))
    for presets, sampled in ((True, {"temperature": 0.1, "top_p": 0.9}), (False, {})):
        settings = Settings(home=tmp_path, local=LocalSettings(presets=presets))
        async with (
            Daemon(models=[known]).running() as daemon,
            running(settings, embedder, monkeypatch, daemon.url) as catalogue,
        ):
            (model,) = catalogue.select("llama3.2:3b")
            sent = json.loads(model.encode(asked))["options"]
            assert {name: value for name, value in sent.items() if name in ("temperature", "top_p")} == sampled
            assert (sent["num_ctx"], json.loads(model.encode(asked))["keep_alive"]) == (4096, "30m")
            own = msgspec.structs.replace(asked, sampling=Sampling(temperature=1.0))
            assert json.loads(model.encode(own))["options"]["temperature"] == 1.0
