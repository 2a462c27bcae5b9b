"""How one worker keeps up: it takes up what is proposed, says so, and changes over when that goes live.

It is told of changes and looks by itself every second, as notifications may be dropped. Knows no section of a version.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
import psycopg
import structlog

from vestibule.configuration.current import Configurations, Prepared
from vestibule.configuration.rules import KnownModel
from vestibule.configuration.store import Standing, Versions, Worker
from vestibule.configuration.version import Version
from vestibule.core.errors import VestibuleError
from vestibule.core.settings import Environment
from vestibule.storage.changes import Changes

LOOK_S = 1.0
ANSWER_S = 3.0  # shorter than what may be missed, so that one silent look is survived

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Follower:
    def __init__(
        self,
        configurations: Configurations,
        versions: Versions,
        changes: Changes,
        environment: Environment = "production",
        models: Callable[[], Iterable[KnownModel]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = secrets.token_hex(8)
        self._configurations = configurations
        self._versions = versions
        self._changes = changes
        self._environment = environment
        self._models = models
        self._clock = clock
        self._prepared: dict[int, Prepared] = {}
        self._told_models: list[KnownModel] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer by the live version from the start on, as far as it can be had; keep up until left."""
        self._configurations.expect()
        await self._look_safely()
        task = asyncio.create_task(self._follow(), name="configuration")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            with contextlib.suppress(VestibuleError, psycopg.Error, TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await self._versions.leave(self.id)

    async def look(self) -> None:
        """See how things stand, and act on it."""
        asked_at = self._clock()
        standing = await self._beat()
        for number in standing.proposed:
            await self._answer_to(number)
        if standing.live != self._configurations.current.number:
            self._configurations.become(await self._ready(standing.live))
            self._prepared = {n: made for n, made in self._prepared.items() if n > standing.live}
            log.info("configuration_live", version=standing.live)
            await self._beat()
        self._configurations.confirm(asked_at)
        await self._tell_models()

    async def _follow(self) -> None:
        while True:
            told = self._changes.told("configuration", "")
            await self._look_safely()
            await self._changes.change("configuration", "", told, LOOK_S)

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except (VestibuleError, psycopg.Error, TimeoutError) as error:
            why = str(error) if isinstance(error, VestibuleError) else type(error).__name__
            if why != self._configurations.trouble:
                log.warning("configuration_not_followed", reason=why)
            self._configurations.trouble = why

    async def _beat(self) -> Standing:
        running = self._configurations.current.number
        return await _answered(self._versions.beat(Worker(self.id, socket.gethostname(), os.getpid(), running)))

    async def _answer_to(self, number: int) -> None:
        trouble = ""
        try:
            self._prepared[number] = await self._ready(number)
        except CannotTakeUp as error:
            log.error("configuration_refused", version=number, reason=error.message)
            trouble = error.message
        await _answered(self._versions.acknowledge(self.id, number, trouble))

    async def _ready(self, number: int) -> Prepared:
        if prepared := self._prepared.get(number):
            return prepared
        version = await _answered(self._versions.get(number))
        try:
            return await asyncio.to_thread(self._prepare, version)
        except (VestibuleError, msgspec.ValidationError) as error:
            raise CannotTakeUp(f"version {number} cannot be taken up here: {error}") from None

    def _prepare(self, version: Version) -> Prepared:
        return self._configurations.prepare(version.configuration(self._environment))

    async def _tell_models(self) -> None:
        if (models := list(self._models())) != self._told_models:
            await _answered(self._versions.know(models))
            self._told_models = models


class CannotTakeUp(VestibuleError):
    """A version that this release or this worker can do nothing with."""

    code = "unavailable"


async def _answered(asked: Awaitable[T]) -> T:
    """What the database says. Raise `TimeoutError` where it does not."""
    async with asyncio.timeout(ANSWER_S):
        return await asked
