"""How the house is, gathered from a real fleet: real GGUF files in real child processes, a daemon, breakers, queues."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.ollama.daemon import EMBEDDER, LLAMA, RUNNING, Daemon
from vestibule import fleet as fleets
from vestibule.core.errors import UpstreamFailed
from vestibule.core.settings import BreakerSettings, LocalSettings, ModelSettings, ProviderSettings, Settings
from vestibule.fleet import Fleet
from vestibule.gateway.ports import Component
from vestibule.monitoring.status import ModelStatus, Part, ProviderKeys
from vestibule.providers.cloud.api_keys import KeyState
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.llamacpp.registry import add_model
from vestibule.providers.memory.footprint import Serving
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Model
from vestibule.routing.resilience.health import Health
from vestibule.status import Status
from vestibule.telemetry.metrics import Metrics


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(tmp_path_factory.mktemp("embedder"))
    yield loaded
    loaded.close()


class Watched:
    """A running fleet and what tells how it is."""

    def __init__(self, settings: Settings, embedder: MiniLM) -> None:
        self.fleet = Fleet(settings, embedder, {})
        self.admission = Admission(Metrics())
        self.health = Health(BreakerSettings(failures=1))
        self.keys: dict[str, KeyState] = {}
        self.status = Status(self.fleet, self.admission, self.health, embedder, lambda: self.keys, self._readiness)

    async def _readiness(self) -> Mapping[str, Component]:
        return {"database": Component(True), "models": Component(True, "said elsewhere"), "ollama": Component(True)}

    async def model(self, name: str) -> ModelStatus:
        return next(model for model in (await self.status()).models if model.id == name)


@asynccontextmanager
async def watched(
    settings: Settings, embedder: MiniLM, patch: pytest.MonkeyPatch, ollama: str = "http://127.0.0.1:9"
) -> AsyncIterator[Watched]:
    patch.setattr(fleets, "TINY_MODEL", settings.home / "none.gguf")
    patch.setenv("OLLAMA_HOST", ollama)
    house = Watched(settings, embedder)
    async with house.fleet.running():
        yield house


async def test_children_say_whether_they_are_loaded_asleep_or_broken(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    local = LocalSettings(slots=1, context=1024)
    one = examine(path, Serving.of(local)).footprint.total
    for name in ("a", "b"):
        add_model(tmp_path, path, name)
    gone = write_random_model(tmp_path / "gone.gguf")
    add_model(tmp_path, gone, "c")
    gone.unlink()
    settings = Settings(home=tmp_path, local=msgspec.structs.replace(local, memory_gib=1.5 * one / 2**30))
    async with watched(settings, embedder, monkeypatch) as house:
        (a,) = house.fleet.catalogue.select("a")
        assert isinstance(a.provider, LlamaCppProvider)
        await a.provider.ready()
        assert await house.model("a") == ModelStatus(
            "a", "a", "llamacpp", "home", automatic=True, slots=1, memory_bytes=one
        )
        asleep = await house.model("b")
        assert (asleep.state, asleep.memory_bytes, asleep.is_well) == ("asleep", 0, True)
        broken = await house.model("c")
        assert (broken.state, broken.is_well) == ("failed", False)
        assert str(gone) in broken.why
        status = await house.status()
        assert (status.memory.used_bytes, status.memory.outside_bytes) == (one, 0)
        assert status.memory.limit_bytes == settings.local.memory_bytes
        assert status.models[-1] == ModelStatus(embedder.name, "vestibule", "onnx", "home", vectors=True)
        assert status.parts == (Part("database", True), Part("ollama", True, used=False))
        await a.provider.close()
        assert (await house.model("a")).state == "away"


async def test_models_of_an_ollama_show_what_they_take_and_that_it_is_away(
    tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(models=[LLAMA, EMBEDDER], running_now=[{**RUNNING, "name": LLAMA["name"], "size": 5000}])
    async with daemon.running(), watched(Settings(home=tmp_path), embedder, monkeypatch, daemon.url) as house:
        model = await house.model(str(LLAMA["name"]))
        assert (model.kind, model.state, model.memory_bytes) == ("ollama", "ready", 5000)
        vectors = await house.model(str(EMBEDDER["name"]))
        assert (vectors.vectors, vectors.memory_bytes) == (True, 0)
        status = await house.status()
        assert (status.memory.used_bytes, status.memory.outside_bytes) == (5000, 5000)
        assert status.parts[-1] == Part("ollama", True)
        house.fleet.ollama._watch.found = msgspec.structs.replace(house.fleet.ollama._watch.found, answers=False)
        assert (await house.model(str(LLAMA["name"]))).state == "away"
        assert (await house.status()).parts[-1] == Part("ollama", False)


async def test_breakers_queues_and_keys_show(tmp_path: Path, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        home=tmp_path,
        providers=(ProviderSettings("far", "openai", "http://127.0.0.1:9/v1"),),
        models=(ModelSettings("large", "far", "large"),),
    )
    add_model(tmp_path, write_random_model(tmp_path / "random.gguf"), "mine")
    async with watched(settings, embedder, monkeypatch) as house:
        (large,), (mine,) = house.fleet.catalogue.select("large"), house.fleet.catalogue.select("mine")
        with suppress(UpstreamFailed), house.health.sending(large):
            raise UpstreamFailed("no", fault="unreachable")
        resting = await house.model("large")
        assert resting.state == "resting"
        assert "it failed 1 times" in resting.why
        house.keys["far"] = KeyState(2, 1, 9.0, ("env:FAR was limited",))
        assert (await house.status()).keys == (ProviderKeys("far", 2, 1, 9.0, ("env:FAR was limited",)),)
        async with house.admission.turn(mine, "t"), house.admission.turn(mine, "t"):
            third = asyncio.create_task(_take(house.admission, mine))
            await asyncio.sleep(0)
            busy = await house.model("mine")
            assert (busy.served, busy.waiting, busy.slots) == (2, 1, 2)
        await third


async def _take(admission: Admission, model: Model) -> None:
    async with admission.turn(model, "other"):
        pass
