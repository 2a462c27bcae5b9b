"""Follows a daemon as it comes and goes: which models it has now, what each can do, and whether it answers.

Looks often while it is away and seldom while it is there. A daemon that goes away keeps its models in mind: they are
not ready, and are ready again when it is back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping

import msgspec
import structlog

from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.ollama.discovery import WAIT_S, Discovery, discover_ollama
from vestibule.providers.ollama.show import Shown, show_model
from vestibule.providers.ollama.tags import OllamaModel

AWAY_S = 2.0
HERE_S = 15.0
PATIENCE_S = 2.0

log = structlog.get_logger(__name__)


class Served(msgspec.Struct, frozen=True):
    """A model and what is known of it."""

    model: OllamaModel
    shown: Shown


class OllamaWatch:
    """`found` is what the last look saw; `served` (for chat), `embedders` and `trained`, the tokens that a model was
    trained for where the daemon says it, are what the last look at a daemon that was there saw."""

    def __init__(self, home_hosts: Collection[str] = (), environ: Mapping[str, str] = os.environ) -> None:
        self._home_hosts = home_hosts
        self._environ = environ
        self._transport = HomeTransport(home_hosts)
        self._shown: dict[tuple[str, str], Shown] = {}
        self.found = Discovery("")
        self.served: tuple[Served, ...] = ()
        self.embedders: tuple[Served, ...] = ()
        self.trained: dict[str, int] = {}

    async def look(self, *, wait_s: float = WAIT_S) -> bool:
        """Ask the daemon; return whether its models are others than before."""
        before, self.found = self.found, await discover_ollama(self._home_hosts, self._environ, wait_s=wait_s)
        if before.url and before.answers != self.found.answers:
            log.info("ollama_is_back" if self.found.answers else "ollama_is_away", url=self.found.url)
        if not self.found.answers:
            return False
        chat, embedders = self.found.models, self.found.embedders
        known = [Served(model, await self._show(model, wait_s)) for model in (*chat, *embedders)]
        here = [s for s in known if not s.shown.remote]
        served = tuple(s for s in here if _chats(s))
        vectors = tuple(s for s in here if not _chats(s))
        changed = (served, vectors) != (self.served, self.embedders)
        self.served, self.embedders = served, vectors
        self.trained.clear()
        self.trained.update({s.model.name: s.shown.context for s in served if s.shown.context})
        self._shown = {_key(s.model): s.shown for s in known}
        return changed

    async def follow(self, changed: Callable[[], None]) -> None:
        """Look again and again, and tell when models came or went."""
        while True:
            await asyncio.sleep(HERE_S if self.found.answers else AWAY_S)
            if await self.look(wait_s=PATIENCE_S):
                changed()

    def is_here(self, name: str) -> bool:
        return self.found.answers and any(s.model.name == name for s in self.served)

    async def _show(self, model: OllamaModel, wait_s: float) -> Shown:
        """Once for each version of a model. One that is not described is taken for what its list says."""
        known = self._shown.get(_key(model))
        if known is not None:
            return known
        try:
            daemon = Destination.parse(self.found.url)
            return await show_model(self._transport, daemon, model.name, wait_s=wait_s)
        except VestibuleError as error:
            log.warning("ollama_model_not_described", model=model.name, reason=error.message)
            return Shown()


def _chats(served: Served) -> bool:
    """What the daemon says it can do, or else what its family is for."""
    can = served.shown.capabilities
    return not served.model.embeds if can is None else "completion" in can or "embedding" not in can


def _key(model: OllamaModel) -> tuple[str, str]:
    return model.name, model.digest
