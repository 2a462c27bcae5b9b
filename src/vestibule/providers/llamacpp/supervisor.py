"""Keeps one child alive: starts it, asks after its health, starts it again when it dies, and knows when to stop.

Knows nothing of requests but whether one was answered, which is what proves that a child works.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed, VestibuleError
from vestibule.providers.llamacpp.model_file import ModelFile, require_unchanged
from vestibule.providers.llamacpp.process import Child, Death
from vestibule.providers.memory.footprint import spell

State = Literal["stopped", "loading", "ready", "restarting", "given_up"]
NOTICE_S = 1.0
log = structlog.get_logger(__name__)
Probe = Callable[[Destination, float], Awaitable[bool]]


class Patience(msgspec.Struct, frozen=True):
    """`deaths` in a row, none with an answer or `steady_s` of life before it, and no new child is started until
    somebody asks again after `rest_s`. Waits between: `backoff_s`, doubled up to `backoff_max_s`; none the first time.
    A child that leaves `misses` questions after its health, one every `health_s`, unanswered for `probe_s` is killed.
    """

    deaths: int = 10
    backoff_s: float = 0.1
    backoff_max_s: float = 5.0
    steady_s: float = 10.0
    rest_s: float = 60.0
    load_s: float = 600.0
    health_s: float = 2.0
    probe_s: float = 5.0
    misses: int = 3


class Status(msgspec.Struct, frozen=True):
    """`reason` says why the last child died, or why no other is started."""

    state: State
    reason: str = ""
    restarts: int = 0
    pid: int | None = None


class Supervisor:
    def __init__(self, name: str, model: ModelFile, log: Path, probe: Probe, patience: Patience | None = None) -> None:
        self._name = name
        self._model = model
        self._log = log
        self._probe = probe
        self._patience = patience or Patience()
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._child: Child | None = None
        self._proved = False
        self._gave_up_at = 0.0
        self.status = Status("stopped")

    def start(self) -> None:
        """Begin; returns at once. A second call does nothing, unless it had given up: then it tries anew."""
        self._wanted.set()
        if self._task is None:
            self._set("loading")
            self._task = asyncio.create_task(self._keep_alive(), name=f"llama.cpp {self._name}")

    async def close(self) -> None:
        """End the child and all watching. A second call does nothing."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._set("stopped")

    async def ready(self) -> Destination:
        """Wait for a child that answers and return where. Raise `UpstreamFailed` where none will come."""
        while True:
            if self.status.state == "ready" and self._child:
                return Destination("unix", str(self._child.socket))
            if self.status.state == "stopped":
                raise UpstreamFailed(
                    f"The model {self._name} is not running.", next_step="Start Vestibule again.", fault="unreachable"
                )
            if self.status.state == "given_up" and not self._try_again():
                raise self._given_up()
            await self._changed.wait()

    async def lost(self, socket: Destination) -> bool:
        """Whether the child at `socket` is gone, or goes in the next moment."""
        try:
            async with asyncio.timeout(NOTICE_S):
                while self._child and str(self._child.socket) == socket.host and self.status.state == "ready":
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def answered(self) -> None:
        """Tell that the child of now has given a whole answer."""
        self._proved = True

    async def empty_log(self) -> None:
        """Forget what the child has said: where it quotes what it was asked."""
        if self._child:
            await asyncio.to_thread(self._child.bound_log, 0)

    def _try_again(self) -> bool:
        rested = time.monotonic() - self._gave_up_at >= self._patience.rest_s
        if rested:
            self._wanted.set()
            self._set("loading", self.status.reason)
        return rested

    def _given_up(self) -> UpstreamFailed:
        left = max(self._patience.rest_s - (time.monotonic() - self._gave_up_at), 1)
        return UpstreamFailed(
            f"The model {self._name} does not run: {self.status.reason.rstrip('.')}.",
            next_step=f"A request in {left:.0f} s tries again; its log is {self._log}. Ask another model meanwhile.",
            fault="unreachable",
            retry_after_s=left,
        )

    async def _keep_alive(self) -> None:
        deaths = 0
        while True:
            self._wanted.clear()
            self._proved = False
            death = await self._live()
            deaths = 1 if self._proved else deaths + 1
            if death.final or deaths >= self._patience.deaths:
                self._give_up(death, deaths)
                await self._wanted.wait()
                deaths = 0
                self._set("loading", death.reason)
            else:
                self._set("restarting", death.reason, restarts=self.status.restarts + 1)
                await asyncio.sleep(self._backoff(deaths))

    def _backoff(self, deaths: int) -> float:
        if deaths == 1:
            return 0.0
        return min(self._patience.backoff_s * 2.0 ** (deaths - 2), self._patience.backoff_max_s)

    def _give_up(self, death: Death, deaths: int) -> None:
        self._gave_up_at = time.monotonic()
        self._set("given_up", death.reason if death.final else f"its server died {deaths} times; {death.reason}.")

    async def _live(self) -> Death:
        """One child from its start to its death."""
        try:
            await asyncio.to_thread(require_unchanged, self._model)
            child = await Child.start(self._model, self._log)
        except VestibuleError as refusal:
            return Death(str(refusal), final=True)
        except OSError as error:
            return Death(f"its process could not be started ({error.strerror})")
        self._child = child
        begun = time.monotonic()
        self._set(self.status.state, self.status.reason, pid=child.pid)
        try:
            if await self._loaded(child):
                await self._tell_loaded(child, time.monotonic() - begun)
                self._set("ready", pid=child.pid)
                watch = asyncio.create_task(self._watch(child))
                try:
                    return await child.died()
                finally:
                    watch.cancel()
            return await child.died()
        finally:
            self._child = None
            await child.close()

    async def _tell_loaded(self, child: Child, took_s: float) -> None:
        """With what was summed and what it holds: the cache is reserved by now, and most of it not yet touched."""
        held = await asyncio.to_thread(child.resident_bytes)
        summed, holds = spell(self._model.footprint.total), spell(held) if held else "unknown"
        log.info("model_loaded", model=self._name, took_s=round(took_s, 3), summed=summed, holds=holds)

    async def _loaded(self, child: Child) -> bool:
        try:
            async with asyncio.timeout(self._patience.load_s):
                return await child.ready()
        except TimeoutError:
            child.kill()
            return False

    async def _watch(self, child: Child) -> None:
        """Kill a child that hangs, so that its death is noticed; keep its log within bounds."""
        born, misses = time.monotonic(), 0
        while misses < self._patience.misses:
            await asyncio.sleep(self._patience.health_s)
            answers = await self._probe(Destination("unix", str(child.socket)), self._patience.probe_s)
            misses = 0 if answers else misses + 1
            self._proved = self._proved or time.monotonic() - born > self._patience.steady_s
            await asyncio.to_thread(child.bound_log)
        child.kill()

    def _set(self, state: State, reason: str = "", *, restarts: int | None = None, pid: int | None = None) -> None:
        self.status = Status(state, reason, self.status.restarts if restarts is None else restarts, pid)
        self._changed.set()
        self._changed = asyncio.Event()
