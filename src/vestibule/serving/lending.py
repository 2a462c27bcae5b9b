"""The parent's side of models that all workers share: turns at them, and the children of llama.cpp that it runs.

A worker has a turn as long as its connection is open, so one that is killed gives back what it had. Turns are taken
from one `Admission` for all, fair and with deadlines as in a single process. Knows no request and no answer.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vestibule.core.clearance import Destination
from vestibule.core.errors import NotFound, VestibuleError
from vestibule.providers.llamacpp import LlamaCppEmbedder, LlamaCppProvider
from vestibule.routing.admission import Admission
from vestibule.routing.admission.admission import Served
from vestibule.serving.messages import (
    Answered,
    Asked,
    Channel,
    EmptyLog,
    Gone,
    Granted,
    Lent,
    Refused,
    Told,
    Turn,
    Use,
)

Provider = LlamaCppProvider | LlamaCppEmbedder
Conversation = Channel[Asked, Told]
Hear = Callable[[], Awaitable[Asked]]
Tell = Callable[[Told], None]
ELSEWHERE = Destination("unix", "elsewhere")


class Running(Protocol):
    """The models that this process runs and serves."""

    @property
    def added(self) -> Mapping[str, Provider]: ...

    def served(self, name: str) -> Served | None: ...


@dataclass(frozen=True)
class _Elsewhere:
    """A server that is not ours, and how many requests it answers at once."""

    capacity: int
    destination: Destination = ELSEWHERE


@dataclass(frozen=True)
class _Named:
    id: str
    provider: _Elsewhere


class Lender:
    def __init__(self, running: Running, admission: Admission) -> None:
        self._running = running
        self._admission = admission
        self._conversations: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Path]:
        """Lend until left, at a socket in a private folder: its path has at most 108 bytes, a home may have more."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="vestibule-"))
        path = folder / "models.sock"
        server = await asyncio.start_unix_server(self._converse, path)
        try:
            yield path
        finally:
            server.close()
            for conversation in tuple(self._conversations):
                conversation.cancel()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def models(self) -> dict[str, Lent]:
        """What there is to borrow, as it is now."""
        return {name: self._lent(name, provider) for name, provider in self._running.added.items()}

    def _lent(self, name: str, provider: Provider) -> Lent:
        slots = provider.capacity if isinstance(provider, LlamaCppProvider) else 1
        model = self._running.served(name)
        load = self._admission.load(model) if model else None
        counts = (load.served, load.waiting) if load else (0, 0)
        return Lent(provider.status, slots, provider.asleep, *counts)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One turn: as long as the worker keeps the connection."""
        task = asyncio.current_task()
        assert task
        self._conversations.add(task)
        worker: Conversation = Channel(reader, writer, Asked)
        said: asyncio.Queue[Asked] = asyncio.Queue()
        working: asyncio.Task[None] | None = None
        try:
            while message := await worker.read():
                if working is None:
                    working = asyncio.create_task(self._grant(message, said, worker))
                else:
                    said.put_nowait(message)
        finally:
            self._conversations.discard(task)
            if working:
                await asyncio.sleep(0)  # what it said last is heard first
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working
            worker.close()

    async def _grant(self, asked: Asked, said: asyncio.Queue[Asked], worker: Conversation) -> None:
        try:
            if isinstance(asked, Turn):
                await self._turn(asked, said.get, worker.write)
            elif isinstance(asked, Use):
                await self._use(asked, said.get, worker.write)
        except VestibuleError as error:
            worker.write(Refused.of(error))
        finally:
            worker.close()

    async def _turn(self, asked: Turn, hear: Hear, tell: Tell) -> None:
        model = self._running.served(asked.model) or _Named(asked.model, _Elsewhere(asked.capacity))
        async with self._admission.turn(model, asked.tenant, asked.deadline, asked.priority):
            tell(Granted())
            await hear()

    async def _use(self, asked: Use, hear: Hear, tell: Tell) -> None:
        provider = self._running.added.get(asked.model)
        if provider is None:
            raise NotFound(f"The model {asked.model} was removed.", next_step="Ask another one.")
        async with provider.turn() as child:
            tell(Granted((await child.ready()).host))
            while True:
                match await hear():
                    case Answered():
                        child.answered()
                    case EmptyLog():
                        await child.empty_log()
                    case Gone(socket):
                        gone = await child.lost(Destination("unix", socket))
                        tell(Granted((await child.ready()).host if gone else ""))
