"""The models that are served, in the order `auto` prefers them: configured, of an Ollama that answers, added by path,
and last the one that needs no language model. Files that are added or removed while the server runs come and go.

Knows where models come from and who serves each, not how any of them answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from vestibule.core.errors import VestibuleError
from vestibule.core.ports import Embedder
from vestibule.core.settings import Settings
from vestibule.providers.base import Transport
from vestibule.providers.extractive import ExtractiveProvider
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.kinds import KINDS
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.model_file import available_memory
from vestibule.providers.llamacpp.registry import AddedModel, added_models
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.ollama import OllamaProvider, discover_ollama
from vestibule.providers.ollama.running import running_models
from vestibule.routing.catalogue import Catalogue, Model, locate

TINY_MODEL = Path(__file__).parent / "models" / "vestibule-tiny.gguf"
LOOK_EVERY_S = 1.0
LET_FINISH_S = 60.0

log = structlog.get_logger(__name__)


class Fleet:
    """`catalogue` is what there is now; requests keep the model they were planned with."""

    def __init__(
        self, settings: Settings, embedder: Embedder, cloud: Mapping[str, Transport], catalogue: Catalogue | None = None
    ) -> None:
        """`cloud` holds the ways to the providers that are not home, by their ids."""
        self._settings = settings
        self._cloud = cloud
        self._extractive = Model("extractive", "extractive", ExtractiveProvider(embedder), "home", can=frozenset())
        self._fixed: list[Model] = []
        self._added: dict[AddedModel, LlamaCppProvider] = {}
        self._wanted: list[AddedModel] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self._memory = MemoryBudget()
        self.catalogue = catalogue or Catalogue([])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Catalogue]:
        """Start what is to be served and follow what is added and removed; end every child on leaving."""
        ollama = await discover_ollama(self._settings.home_hosts, os.environ)
        self._memory = await self._budget(ollama.url if ollama.models else None)
        if ollama.models:
            daemon = OllamaProvider("ollama", ollama.url, self._settings.home_hosts)
            self._fixed = [Model(m.name, m.name, daemon, "home") for m in ollama.models]
        self._fixed = [*self._configured(), *self._fixed]
        await self._follow()
        watcher = asyncio.create_task(self._watch(), name="added models")
        try:
            yield self.catalogue
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
            self._ending.set()
            await asyncio.gather(*(provider.close() for provider in self._added.values()), *self._leaving)

    async def _budget(self, ollama: str | None) -> MemoryBudget:
        """What `local.memory_gib` says, and no more than the machine has at the start: what is free, and what an Ollama
        holds already, which counts as ours."""

        async def outside() -> int:
            return sum(model.size_bytes for model in await running_models(ollama, self._settings.home_hosts))

        allowed = self._settings.local.memory_bytes
        there = await asyncio.to_thread(available_memory) + await outside()
        return MemoryBudget(min(allowed, there), outside)

    def _configured(self) -> list[Model]:
        home = HomeTransport(self._settings.home_hosts)
        entries = {entry.id: entry for entry in self._settings.providers}
        providers = {
            entry.id: KINDS[entry.kind].make(entry.id, entry.url, self._cloud.get(entry.id, home), cloud=entry.cloud)
            for entry in entries.values()
        }
        models = []
        for entry in self._settings.models:
            provider = providers[entry.provider]
            location = locate(provider, self._settings.home_hosts)
            models.append(Model(entry.id, entry.name, provider, location, region=entries[entry.provider].region))
        return models

    async def _watch(self) -> None:
        """Look at the list again whenever its file changes. A list that cannot be read changes nothing."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._follow()
            except (VestibuleError, OSError) as error:
                log.warning("added_models_unread", reason=str(error))

    async def _follow(self) -> None:
        """Serve what the list of added models says now; the list names a model once."""
        wanted = list(await asyncio.to_thread(added_models, self._settings.home))
        if TINY_MODEL.exists():
            wanted.append(AddedModel(TINY_MODEL.stem, TINY_MODEL))
        if wanted == self._wanted:
            return
        leaving = [self._added.pop(model) for model in list(self._added) if model not in wanted]
        for model in wanted:
            if model not in self._added:
                self._added[model] = await self._started(model)
        self._wanted = wanted
        files = [self._served(model, self._added[model]) for model in wanted]
        self.catalogue.become([*self._fixed, *files, self._extractive])
        for provider in leaving:
            task = asyncio.create_task(self._let_go(provider))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _started(self, model: AddedModel) -> LlamaCppProvider:
        """A GGUF in a child process of ours. A file that cannot be run says so when it is asked, and stops nothing."""
        serving = Serving.of(self._settings.local)
        logs = self._settings.home / "logs"
        provider = LlamaCppProvider(model.name, model.path, logs, serving=serving, memory=self._memory)
        try:
            await provider.start()
        except VestibuleError as error:
            log.warning("model_not_loaded", model=model.name, reason=error.message, mend=error.next_step)
        else:
            if provider.asleep:
                log.info("model_not_loaded", model=model.name, reason="others fill the budget; loaded when asked")
        return provider

    def _served(self, model: AddedModel, provider: LlamaCppProvider) -> Model:
        """Our own test model is there to be named; `auto` never takes it."""
        automatic = model.path != TINY_MODEL
        return Model(model.name, model.name, provider, "home", automatic, lambda: self._is_ready(provider))

    def _is_ready(self, provider: LlamaCppProvider) -> bool:
        """`auto` wakes a model only where no other is awake: the first word of one that must be loaded comes late."""
        if not provider.asleep:
            return provider.status.state == "ready"
        others = (other for model, other in self._added.items() if model.path != TINY_MODEL)
        return not any(other.status.state in ("loading", "ready", "restarting") for other in others)

    async def _let_go(self, provider: LlamaCppProvider) -> None:
        """Whoever is being answered is answered, unless the server itself ends; then the child does."""
        waited = 0.0
        while provider.busy and waited < LET_FINISH_S and not self._ending.is_set():
            waited += 0.1
            await asyncio.sleep(0.1)
        await provider.close()
