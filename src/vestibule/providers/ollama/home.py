"""The Ollama of this house as one thing: found and followed, started where it is to be, asked for answers and vectors.

Knows no routing: what it serves is a list of names with what each can do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from vestibule.core.clearance import Destination
from vestibule.core.ports import EmbeddingModel
from vestibule.core.settings import Settings
from vestibule.providers.ollama.discovery import discover_ollama
from vestibule.providers.ollama.embedder import OllamaEmbedder
from vestibule.providers.ollama.provider import OllamaProvider
from vestibule.providers.ollama.running import RunningModel, running_models
from vestibule.providers.ollama.service import OllamaService, environment
from vestibule.providers.ollama.watch import OllamaWatch, Served

ANSWERS_S = 2.0

log = structlog.get_logger(__name__)


class HomeOllama:
    """At `OLLAMA_HOST` of `environ`, which is read anew at each look."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
        self._local = settings.local
        self._hosts = settings.home_hosts
        self._patience = settings.longest_local_patience()
        self._log = settings.home / "logs" / "ollama.log"
        self._environ = environ
        self._watch = OllamaWatch(settings.home_hosts, environ)
        self._service: OllamaService | None = None
        self._provider: OllamaProvider | None = None
        self._embedders: tuple[tuple[Served, ...], dict[str, EmbeddingModel]] = ((), {})

    @asynccontextmanager
    async def running(self, changed: Callable[[], None]) -> AsyncIterator[None]:
        """Look once, start a daemon if that is wanted, then follow it; `changed` is called when models come or go."""
        async with AsyncExitStack() as stack:
            await self._watch.look()
            if self._local.start_ollama:
                await self._supervise(stack)
            following = asyncio.create_task(self._watch.follow(changed), name="ollama")
            stack.push_async_callback(_stop, following)
            yield

    @property
    def served(self) -> tuple[Served, ...]:
        """The chat models, as last seen: they are kept while the daemon is away."""
        return self._watch.served

    def is_ready(self, name: str) -> bool:
        return self._watch.is_here(name)

    @property
    def provider(self) -> OllamaProvider:
        """The one that all chat models share."""
        if self._provider is None:
            self._provider = OllamaProvider(
                "ollama",
                self._watch.found.url,
                self._hosts,
                self._local.context,
                keep_alive=self._local.keep_alive,
                capacity=self._slots,
                trained=self._watch.trained,
                patience=self._patience,
            )
        return self._provider

    @property
    def embedders(self) -> Mapping[str, EmbeddingModel]:
        """The models that callers may name for vectors, by their names."""
        seen, made = self._embedders
        if seen != self._watch.embedders:
            made = {one.model.name: self._embedder(one) for one in self._watch.embedders}
            self._embedders = self._watch.embedders, made
        return made

    @property
    def state(self) -> str:
        """How it is with it, in words for an operator."""
        found, started = self._watch.found, self._service.status if self._service else None
        if found.answers:
            ours = ", started by Vestibule" if started and started.pid else ""
            return f"Ollama {found.version or 'of unknown version'} at {found.url}{ours}"
        if started and started.state != "of others" and not found.too_old:
            return f"Ollama is {started.state}: {started.reason or 'it does not answer yet'}"
        if self._local.start_ollama and not started:
            return f"no `ollama` to start here: see `vestibule models setup` and OLLAMA_HOST; {found.note}"
        return found.note

    @property
    def answers(self) -> bool:
        """Whether it did when it was looked at last."""
        return self._watch.found.answers

    async def running_models(self) -> tuple[RunningModel, ...]:
        """Those it holds in memory now."""
        return await running_models(self._watch.found.url if self._watch.found.answers else None, self._hosts)

    async def memory_bytes(self) -> int:
        """What its models take now."""
        return sum(model.size_bytes for model in await self.running_models())

    @property
    def _slots(self) -> int:
        """How many requests a model answers at once: what the daemon's own variable says where it is set here too;
        else `local.slots`, which is what one that we start is told. One that has fewer lets the others wait."""
        told = self._environ.get("OLLAMA_NUM_PARALLEL", "")
        return int(told) if told.isdecimal() and int(told) > 0 else self._local.slots

    def _embedder(self, served: Served) -> OllamaEmbedder:
        name, url, width = served.model.name, self._watch.found.url, served.shown.width
        return OllamaEmbedder(name, url, self._hosts, keep_alive=self._local.keep_alive, dimension=width)

    async def _supervise(self, stack: AsyncExitStack) -> None:
        """Keep an `ollama serve` of our own at the address where one is looked for, which must be of this machine."""
        program, url = shutil.which("ollama"), self._watch.found.url
        if program is None or not _is_of_this_machine(url):
            log.warning("ollama_not_started", url=url, program=program, mend="`vestibule models setup`, or OLLAMA_HOST")
            return
        variables = environment(self._local, url, self._environ)
        self._service = OllamaService(program, variables, self._log, self._answers)
        await stack.enter_async_context(self._service.running())

    async def _answers(self) -> bool:
        """Whether any daemon is there; one that is too old keeps its address too."""
        found = await discover_ollama(self._hosts, self._environ, wait_s=ANSWERS_S)
        return found.answers or found.too_old


def _is_of_this_machine(url: str) -> bool:
    try:
        return Destination.parse(url).is_home(())
    except ValueError:
        return False


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
