"""The models that are served, in the order `auto` prefers them: configured, of an Ollama, added by path, and last the
one that needs no language model. What Ollama gets or loses and what is added or removed comes and goes meanwhile.

Knows where models come from and who serves each, not how any of them answers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from msgspec.structs import replace

from vestibule.core.errors import VestibuleError
from vestibule.core.generation import Patience
from vestibule.core.ports import Embedder, EmbeddingModel
from vestibule.core.settings import ProviderSettings, Settings
from vestibule.providers.base import Provider, Transport
from vestibule.providers.extractive import ExtractiveProvider
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.kinds import KINDS, way_home
from vestibule.providers.llamacpp import LlamaCppEmbedder, LlamaCppProvider
from vestibule.providers.llamacpp.instance import Instance, Made
from vestibule.providers.llamacpp.model_file import available_memory
from vestibule.providers.llamacpp.registry import AddedModel, added_models
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.catalogue import Speed, read_catalogue
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.ollama import HomeOllama
from vestibule.providers.ollama.watch import Served
from vestibule.providers.presets import Preset, as_asked, preset_for, speed_of
from vestibule.providers.replicas import ReplicatedProvider
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import LANGUAGE_MODEL, SEEING_MODEL, Catalogue, FormatPromise, Model, locate

TINY_MODEL = Path(__file__).parent / "models" / "vestibule-tiny.gguf"
KNOWN_MODELS = TINY_MODEL.with_name("catalogue.yaml")
LOOK_EVERY_S = 1.0
LET_FINISH_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lent:
    """Models that another process runs for this one: what makes them, and the memory they may take together."""

    made: Made
    memory_bytes: int


class Fleet:
    """`catalogue` is what there is now; requests keep the model they were planned with."""

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder | None,
        cloud: Mapping[str, Transport],
        catalogue: Catalogue | None = None,
        admission: Admission | None = None,
        lent: Lent | None = None,
    ) -> None:
        """`cloud` holds the ways to the providers that are not home, by their ids; `admission` knows who waits. Without
        an `embedder` there are no extracts. With `lent` the models that are added run elsewhere, and no Ollama is
        started."""
        self._settings = settings
        self._cloud = cloud
        self._admission = admission
        self._lent = lent
        self._extractive = [
            Model("extractive", "extractive", ExtractiveProvider(one), "home", can=frozenset())
            for one in (embedder,)
            if one is not None
        ]
        self._configured: list[Model] = []
        self._ways_home: dict[str, HomeTransport] = {}
        self._known = read_catalogue(KNOWN_MODELS)
        self._speeds: dict[str, Speed | None] = {}
        self._files: list[Model] = []
        self._added: dict[AddedModel, LlamaCppProvider | LlamaCppEmbedder] = {}
        self._embedders: dict[str, EmbeddingModel] = {}
        self._wanted: list[AddedModel] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self._memory = MemoryBudget()
        self.ollama = HomeOllama(_without_starting(settings) if lent else settings)
        self.catalogue = catalogue or Catalogue([])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Catalogue]:
        """Start what is to be served and follow what comes and goes; end every child on leaving."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.ollama.running(self._publish))
            self._memory = await self._budget()
            self._configured = self._of_settings()
            stack.push_async_callback(self._close)
            await self._follow()
            stack.push_async_callback(_stop, asyncio.create_task(self._watch(), name="added models"))
            yield self.catalogue

    @property
    def memory(self) -> MemoryBudget:
        """What all models at home share."""
        return self._memory

    @property
    def embedders(self) -> Mapping[str, EmbeddingModel]:
        """The models that callers may name for vectors."""
        return {**self.ollama.embedders, **self._embedders}

    def speed(self, model_id: str) -> Speed | None:
        """How fast a model at home is said to be; None where nothing is."""
        if model_id not in self._speeds:
            model = next((model for model in self.catalogue if model.id == model_id), None)
            if model is None:
                return None
            self._speeds[model_id] = speed_of(model.name, self._known) if model.location == "home" else None
        return self._speeds[model_id]

    @property
    def troubles(self) -> Mapping[str, str]:
        """Why models of ours that were added do not run, by their names."""
        told = {}
        for model, provider in self._added.items():
            gave_up = provider.status.state == "given_up"
            told[model.name] = provider.trouble or (provider.status.reason if gave_up else "")
        return {name: why for name, why in told.items() if why}

    async def _close(self) -> None:
        self._ending.set()
        await asyncio.gather(*(provider.close() for provider in self._added.values()), *self._leaving)
        for way in self._ways_home.values():
            await way.close()

    @property
    def added(self) -> Mapping[str, LlamaCppProvider | LlamaCppEmbedder]:
        """The models that were added, by their names."""
        return {model.name: provider for model, provider in self._added.items()}

    def served(self, name: str) -> Model | None:
        """The added model that answers by that name."""
        return next((model for model in self._files if model.id == name), None)

    async def _budget(self) -> MemoryBudget:
        """What `local.memory_gib` says, and no more than the machine has at the start: what is free, and what an Ollama
        holds already, which counts as ours."""
        if self._lent:
            return MemoryBudget(self._lent.memory_bytes, self.ollama.memory_bytes)
        allowed = self._settings.local.memory_bytes
        there = await asyncio.to_thread(available_memory) + await self.ollama.memory_bytes()
        return MemoryBudget(min(allowed, there), self.ollama.memory_bytes)

    def _publish(self) -> None:
        """Serve what there is now."""
        self.catalogue.become(
            [*self._configured, *map(self._of_ollama, self.ollama.served), *self._files, *self._extractive]
        )

    def _of_ollama(self, served: Served) -> Model:
        """Ready while its daemon answers. One that is away keeps its models."""
        name = served.model.name
        can = SEEING_MODEL if "vision" in (served.shown.capabilities or ()) else LANGUAGE_MODEL
        return Model(
            *(name, name, self.ollama.provider, "home"),
            is_ready=partial(self.ollama.is_ready, name),
            can=can,
            preset=self._preset(name),
            promises="always",
            patience=self._patience(name),
            context=min(self._settings.local.context, served.shown.context or self._settings.local.context),
            languages=self._known.languages(name),
        )

    def _patience(self, name: str) -> Patience | None:
        """With a model of `local`, where it has its own."""
        said = self._settings.local.patience.get(name)
        return said.over(self._settings.resilience.home) if said else None

    def _preset(self, name: str) -> Preset:
        return preset_for(name, self._known) if self._settings.local.presets else as_asked

    def _of_settings(self) -> list[Model]:
        entries = {entry.id: entry for entry in self._settings.providers}
        providers = {entry.id: self._provider(entry) for entry in entries.values()}
        models = []
        for entry in self._settings.models:
            provider = providers[entry.provider]
            location = locate(provider, self._settings.home_hosts)
            kind, region = KINDS[entries[entry.provider].kind], entries[entry.provider].region
            can = SEEING_MODEL if kind.images and entry.images else LANGUAGE_MODEL
            can |= {"logprobs"} if kind.logprobs else set()
            promises: FormatPromise = "strict" if kind.strict and location == "cloud" else "never"
            preset = self._preset(entry.name)
            models.append(
                Model(
                    entry.id,
                    entry.name,
                    provider,
                    location,
                    can=can,
                    region=region,
                    preset=preset,
                    promises=promises,
                    patience=self._settings.patience(entries[entry.provider], entry),
                    context=entry.context,
                    languages=entry.languages or self._known.languages(entry.name),
                )
            )
        return models

    def _provider(self, entry: ProviderSettings) -> Provider:
        way: Transport | None = self._cloud.get(entry.id)
        if way is None:
            patience = self._settings.longest_patience(entry)
            way = self._ways_home[entry.id] = way_home(entry, self._settings.home_hosts, patience)
        make = KINDS[entry.kind].make
        servers = [
            make(entry.id, url, way, cloud=entry.cloud, continues=entry.continues)
            for url in (entry.url, *entry.replicas)
        ]
        return ReplicatedProvider(servers) if entry.replicas else servers[0]

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
        added = [(model, self._added[model]) for model in wanted]
        self._files = [self._served(model, p) for model, p in added if isinstance(p, LlamaCppProvider)]
        self._embedders = {model.name: p for model, p in added if isinstance(p, LlamaCppEmbedder)}
        self._publish()
        for provider in leaving:
            task = asyncio.create_task(self._let_go(provider))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _started(self, model: AddedModel) -> LlamaCppProvider | LlamaCppEmbedder:
        """A GGUF in a child process of ours. A file that cannot be run says so when it is asked, and stops nothing."""
        serving = Serving.of(self._settings.local)
        logs = self._settings.home / "logs"
        made = self._lent.made if self._lent else Instance
        provider: LlamaCppProvider | LlamaCppEmbedder
        if model.embedding:
            provider = LlamaCppEmbedder(model.name, model.path, logs, serving=serving, memory=self._memory, made=made)
        else:
            provider = LlamaCppProvider(
                *(model.name, model.path, logs),
                serving=serving,
                memory=self._memory,
                adapters=model.adapters,
                made=made,
            )
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
        ready, preset = (lambda: self._is_ready(provider)), self._preset(model.name)
        return Model(
            *(model.name, model.name, provider, "home", automatic, ready),
            can=LANGUAGE_MODEL | {"logprobs", "grammar"},
            preset=preset,
            adapters=provider.adapters,
            promises="always",
            patience=self._patience(model.name),
            context=self._settings.local.context,
            languages=self._known.languages(model.name),
        )

    def _is_ready(self, provider: LlamaCppProvider) -> bool:
        """`auto` wakes a model only where no other is awake: the first word of one that must be loaded comes late."""
        if not provider.asleep:
            return provider.status.state == "ready"
        others = (other for model, other in self._added.items() if model.path != TINY_MODEL)
        return not any(other.status.state in ("loading", "ready", "restarting") for other in others)

    async def _let_go(self, provider: LlamaCppProvider | LlamaCppEmbedder) -> None:
        """Whoever asked already is answered, unless the server itself ends; then the child does."""
        waited = 0.0
        while (provider.busy or self._is_waited_for(provider)) and waited < LET_FINISH_S and not self._ending.is_set():
            waited += 0.1
            await asyncio.sleep(0.1)
        await provider.close()

    def _is_waited_for(self, provider: LlamaCppProvider | LlamaCppEmbedder) -> bool:
        if self._admission is None or isinstance(provider, LlamaCppEmbedder):
            return False
        return self._admission.load(Model(provider.id, provider.id, provider, "home")).wanted > 0


def _without_starting(settings: Settings) -> Settings:
    return replace(settings, local=replace(settings.local, start_ollama=False))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
