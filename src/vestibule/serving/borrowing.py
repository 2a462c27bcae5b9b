"""A worker's side of models that its parent runs: it asks for a turn, and then the child itself.

The connection to the parent is the turn: closing it gives it back. Knows no request and no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from vestibule.core.clearance import Destination
from vestibule.core.errors import Unavailable
from vestibule.providers.llamacpp.instance import Instance
from vestibule.providers.llamacpp.model_file import ModelFile
from vestibule.providers.llamacpp.supervisor import Patience, Status
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.routing.admission import Admission, Load
from vestibule.routing.admission.admission import Served
from vestibule.routing.admission.queue import Priority
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
from vestibule.telemetry.metrics import Metrics

Conversation = Channel[Told, Asked]


class Borrower:
    """`models` is what the parent said last. `path` is where it lends."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.models: dict[str, Lent] = {}

    @asynccontextmanager
    async def asking(self, asked: Asked) -> AsyncIterator[Loan]:
        """Wait until it is granted, and have it inside. Raises why not, `Unavailable` where the parent is gone."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._path)
        except OSError:
            raise _gone() from None
        conversation: Conversation = Channel(reader, writer, Told)
        try:
            conversation.write(asked)
            yield Loan(conversation, await _granted(conversation))
        finally:
            conversation.close()

    def instance(
        self, name: str, model: ModelFile, log: Path, memory: MemoryBudget, room: int, patience: Patience | None
    ) -> Instance:
        """The model `name` as one that is run here."""
        return BorrowedInstance(self, name, model, log, memory, room, patience)

    def admission(self, metrics: Metrics, room: int) -> Admission:
        return SharedAdmission(self, metrics, room)


class Loan:
    """A child of the parent, for as long as the turn lasts. See `Supervisor`, whose part it takes."""

    def __init__(self, conversation: Conversation, granted: Granted) -> None:
        self._conversation = conversation
        self._socket = granted.socket

    async def ready(self) -> Destination:
        return Destination("unix", self._socket)

    async def lost(self, socket: Destination) -> bool:
        self._conversation.write(Gone(socket.host))
        granted = await _granted(self._conversation)
        self._socket = granted.socket or self._socket
        return bool(granted.socket)

    def answered(self) -> None:
        self._conversation.write(Answered())

    async def empty_log(self) -> None:
        self._conversation.write(EmptyLog())


class BorrowedInstance(Instance):
    """What the parent runs, as if it were run here. Starting, stopping and memory are the parent's."""

    def __init__(
        self,
        borrower: Borrower,
        name: str,
        model: ModelFile,
        log: Path,
        memory: MemoryBudget,
        room: int,
        patience: Patience | None,
    ) -> None:
        super().__init__(name, model, log, memory, room, patience)
        self._borrower = borrower

    @property
    def slots(self) -> int:
        lent = self._lent
        return lent.slots if lent else super().slots

    @property
    def status(self) -> Status:
        lent = self._lent
        return lent.status if lent else Status("loading")

    @property
    def asleep(self) -> bool:
        lent = self._lent
        return lent is not None and lent.asleep

    async def start(self) -> bool:
        return True

    async def ready(self) -> None:
        async with self.turn():
            pass

    async def close(self) -> None:
        pass

    def turn(self) -> AbstractAsyncContextManager[Loan]:
        return self._borrower.asking(Use(self.id))

    @property
    def _lent(self) -> Lent | None:
        return self._borrower.models.get(self.id)


class SharedAdmission(Admission):
    """Turns of all workers together: they are had from the parent."""

    def __init__(self, borrower: Borrower, metrics: Metrics, room: int) -> None:
        super().__init__(metrics, room)
        self._borrower = borrower

    def turn(
        self, model: Served, tenant: str, deadline: float | None = None, priority: Priority = "interactive"
    ) -> AbstractAsyncContextManager[None]:
        capacity = model.provider.capacity
        if capacity is None:
            return super().turn(model, tenant, deadline, priority)
        return self._turn(Turn(model.id, capacity, tenant, deadline, priority))

    def load(self, model: Served) -> Load:
        lent = self._borrower.models.get(model.id)
        return Load(lent.served, lent.waiting) if lent else super().load(model)

    @asynccontextmanager
    async def _turn(self, asked: Turn) -> AsyncIterator[None]:
        async with self._borrower.asking(asked) as turn:
            yield
            turn.answered()


async def _granted(conversation: Conversation) -> Granted:
    told = await conversation.read()
    if told is None:
        raise _gone()
    if isinstance(told, Refused):
        raise told.error
    return told


def _gone() -> Unavailable:
    return Unavailable("The process that runs the models is gone.", next_step="Vestibule is being stopped; ask again.")
