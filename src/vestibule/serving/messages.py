"""What parent and workers say to each other, and how it travels: msgpack values with their length before them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from vestibule.core.errors import (
    DeadlineExceeded,
    InvalidRequest,
    NoCandidate,
    NotFound,
    QueueFull,
    TooLarge,
    Unavailable,
    UpstreamFailed,
    VestibuleError,
)
from vestibule.core.settings import Settings
from vestibule.providers.llamacpp.supervisor import Status
from vestibule.routing.admission.queue import Priority
from vestibule.telemetry.families import Family

LENGTH = 4
LONGEST = 64 * 2**20


class Lent(msgspec.Struct, frozen=True):
    """A model that the parent runs, as it is now."""

    status: Status
    slots: int
    asleep: bool
    served: int = 0
    waiting: int = 0


class Start(msgspec.Struct, frozen=True, tag=True):
    """The first message to a worker: what it is to be. `listeners` are open descriptors, its own is the one of `slot`;
    `lender` is the socket by which models are borrowed."""

    settings: Settings
    slot: int
    listeners: tuple[int, ...]
    lender: str
    memory_bytes: int
    announces: bool


class Models(msgspec.Struct, frozen=True, tag=True):
    """The models that the parent runs, by name, whenever that changes."""

    models: dict[str, Lent]


class Beside(msgspec.Struct, frozen=True, tag=True):
    """The slots that have no worker now: their connections are to be taken too."""

    slots: tuple[int, ...]


class Linger(msgspec.Struct, frozen=True, tag=True):
    """Another has taken your place: when you end, idle connections may stay for so long."""

    linger_s: float


class Count(msgspec.Struct, frozen=True, tag=True):
    """Say what you have counted."""


class Sum(msgspec.Struct, frozen=True, tag=True):
    """What all have counted together, in Prometheus' format."""

    text: bytes


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker takes connections."""


class Counted(msgspec.Struct, frozen=True, tag=True):
    """What the worker has counted until now; also that it lives."""

    families: tuple[Family, ...]


class SumWanted(msgspec.Struct, frozen=True, tag=True):
    """The worker was asked for the sum."""


ToWorker = Start | Models | Beside | Linger | Count | Sum
ToParent = Ready | Counted | SumWanted


class Turn(msgspec.Struct, frozen=True, tag=True):
    """Wait for a turn at a model that answers `capacity` requests at once. `deadline` is in seconds of the monotonic
    clock, which is the same for all processes of a machine."""

    model: str
    capacity: int
    tenant: str
    deadline: float | None
    priority: Priority


class Use(msgspec.Struct, frozen=True, tag=True):
    """Wait for a slot of a model that the parent runs, and for its child."""

    model: str


class Gone(msgspec.Struct, frozen=True, tag=True):
    """Is the child at this socket gone? Then another is waited for."""

    socket: str


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The child gave a whole answer; of a turn, that it came to its end."""


class EmptyLog(msgspec.Struct, frozen=True, tag=True):
    """The child may have quoted what it was asked."""


class Granted(msgspec.Struct, frozen=True, tag=True):
    """It is your turn; `socket` is where the child answers. An empty one: it was not gone."""

    socket: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Why there is no turn: an error's code and what it says."""

    code: str
    message: str
    next_step: str
    retry_after_s: float | None = None

    @classmethod
    def of(cls, error: VestibuleError) -> Refused:
        wait_s = error.retry_after_s if isinstance(error, (QueueFull, UpstreamFailed)) else None
        return cls(error.code, error.message, error.next_step, wait_s)

    @property
    def error(self) -> VestibuleError:
        """The error again, of the same kind for whoever decides by it."""
        match self.code:
            case QueueFull.code:
                return QueueFull(self.message, next_step=self.next_step, retry_after_s=self.retry_after_s)
            case UpstreamFailed.code:
                return UpstreamFailed(
                    self.message, next_step=self.next_step, fault="unreachable", retry_after_s=self.retry_after_s
                )
        return _KINDS.get(self.code, Unavailable)(self.message, next_step=self.next_step)


Asked = Turn | Use | Gone | Answered | EmptyLog
Told = Granted | Refused

_KINDS: dict[str, type[VestibuleError]] = {
    kind.code: kind for kind in (DeadlineExceeded, InvalidRequest, NoCandidate, NotFound, TooLarge)
}
In = TypeVar("In")
Out = TypeVar("Out")


class Channel(Generic[In, Out]):
    """Reads messages of `reads` from a stream and writes others; either end is told when the other is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reads: type[In] | object) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: msgspec.msgpack.Decoder[In] = msgspec.msgpack.Decoder(reads, dec_hook=_decode)

    async def read(self) -> In | None:
        """The next message; None once the other end is gone."""
        try:
            length = int.from_bytes(await self._reader.readexactly(LENGTH))
            return self._decoder.decode(await self._reader.readexactly(length)) if length <= LONGEST else None
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
            return None

    def write(self, message: Out) -> None:
        """Never waits and never fails: who is gone needs no message."""
        if not self._writer.is_closing():
            data = msgspec.msgpack.encode(message, enc_hook=_encode)
            self._writer.write(len(data).to_bytes(LENGTH) + data)

    async def flush(self) -> None:
        """Wait until the other end could have it all."""
        with suppress(ConnectionError):
            await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


def _encode(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} does not travel")


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"{kind.__name__} does not travel")
