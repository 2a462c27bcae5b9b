"""Gathers how the house is right now from the parts that know: fleet, queues, breakers, ways out, readiness.

Asks nobody outside and changes nothing; what it says is worth a second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from vestibule.core.ports import Embedder
from vestibule.fleet import Fleet
from vestibule.gateway.ports import Component
from vestibule.monitoring.status import Memory, ModelStatus, Part, ProviderKeys, State, SystemStatus
from vestibule.providers.cloud.api_keys import KeyState
from vestibule.providers.llamacpp import LlamaCppEmbedder, LlamaCppProvider
from vestibule.providers.ollama.running import RunningModel
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Model
from vestibule.routing.resilience.health import Health

KeyStates = Callable[[], Mapping[str, KeyState]]
Readiness = Callable[[], Awaitable[Mapping[str, Component]]]
SAID_ELSEWHERE = frozenset({"models", "routes", "keys"})
"""Parts of the readiness that are said here of each model and each provider."""


class Status:
    def __init__(
        self,
        fleet: Fleet,
        admission: Admission,
        health: Health,
        embedder: Embedder,
        keys: KeyStates,
        readiness: Readiness,
    ) -> None:
        self._fleet = fleet
        self._admission = admission
        self._health = health
        self._embedder = embedder
        self._keys = keys
        self._readiness = readiness

    async def __call__(self) -> SystemStatus:
        running = {model.name: model for model in await self._fleet.ollama.running_models()}
        parts = await self._readiness()
        return SystemStatus(
            models=(*(self._answering(model, running) for model in self._fleet.catalogue), *self._embedding(running)),
            memory=self._memory(running),
            keys=tuple(_of_keys(provider, state) for provider, state in self._keys().items()),
            parts=tuple(self._part(name, part) for name, part in parts.items() if name not in SAID_ELSEWHERE),
        )

    def _answering(self, model: Model, running: Mapping[str, RunningModel]) -> ModelStatus:
        load, provider = self._admission.load(model), model.provider
        state, why = self._state(model)
        return ModelStatus(
            id=model.id,
            provider=provider.id,
            kind=provider.kind,
            location=model.location,
            state=state,
            why=why,
            automatic=model.automatic,
            images="images" in model.can,
            served=load.served,
            waiting=load.waiting,
            slots=provider.capacity,
            memory_bytes=_memory_of(model, running),
        )

    def _state(self, model: Model) -> tuple[State, str]:
        provider = model.provider
        if isinstance(provider, LlamaCppProvider):
            state, why = _state_of_child(provider)
            if state != "ready":
                return state, why
        elif not model.is_ready():
            return "away", "its server does not answer"
        if why := self._health.resting(model):
            return "resting", why
        return "ready", self._health.states().get(model.id, "")

    def _embedding(self, running: Mapping[str, RunningModel]) -> list[ModelStatus]:
        own = ModelStatus(self._embedder.name, "vestibule", "onnx", "home", vectors=True)
        told = [own]
        for name, model in self._fleet.embedders.items():
            if isinstance(model, LlamaCppEmbedder):
                state, why = _state_of_child(model)
                told.append(ModelStatus(name, name, "llamacpp", "home", state, why, vectors=True))
            else:
                size = running[name].size_bytes if name in running else 0
                told.append(ModelStatus(name, "ollama", "ollama", "home", vectors=True, memory_bytes=size))
        return told

    def _part(self, name: str, part: Component) -> Part:
        """An Ollama that is not there is missed only where its models are served."""
        ollama = self._fleet.ollama
        used = name != "ollama" or ollama.answers or bool(ollama.served)
        return Part(name, part.ok and (name != "ollama" or ollama.answers or not used), part.reason, used)

    def _memory(self, running: Mapping[str, RunningModel]) -> Memory:
        outside = sum(model.size_bytes for model in running.values())
        budget = self._fleet.memory
        return Memory(budget.limit_bytes, sum(each.size_bytes for each in budget.loaded) + outside, outside)


def _state_of_child(provider: LlamaCppProvider | LlamaCppEmbedder) -> tuple[State, str]:
    status = provider.status
    if provider.trouble or status.state == "given_up":
        return "failed", provider.trouble or status.reason
    if provider.asleep:
        return "asleep", "not in memory; loaded when asked"
    match status.state:
        case "loading" | "restarting":
            return "loading", status.reason
        case "stopped":
            return "away", status.reason or "it was stopped"
    return "ready", ""


def _memory_of(model: Model, running: Mapping[str, RunningModel]) -> int | None:
    """Of a model elsewhere it is not known, of one that is asleep it is nothing."""
    provider = model.provider
    if isinstance(provider, LlamaCppProvider):
        return 0 if provider.asleep or provider.trouble else provider.size_bytes
    if provider.kind == "ollama":
        return running[model.name].size_bytes if model.name in running else 0
    return None


def _of_keys(provider: str, state: KeyState) -> ProviderKeys:
    return ProviderKeys(provider, state.total, max(state.total - len(state.why), 0), state.soonest_s, state.why)
