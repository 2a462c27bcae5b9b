"""A worker: one process with one event loop and a house of its own, behind the port that several share.

Run as `python -m vestibule.serving.worker DESCRIPTOR`, where the descriptor is a socket to the parent; see `parent.py`
for the other side. It ends when it is told to, by SIGTERM, and when its parent is gone; both times in order.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from contextlib import suppress

import uvloop
from rich.console import Console

from vestibule.app import open_house, serve
from vestibule.core.errors import VestibuleError
from vestibule.fleet import Lent
from vestibule.gateway.server import Server
from vestibule.routing.admission import Admission
from vestibule.serving.borrowing import Borrower
from vestibule.serving.first_key import announce_first_key
from vestibule.serving.messages import (
    Beside,
    Channel,
    Count,
    Counted,
    Linger,
    Models,
    Ready,
    Start,
    Sum,
    SumWanted,
    ToParent,
    ToWorker,
)
from vestibule.telemetry.logs import configure
from vestibule.telemetry.metrics import Metrics

PULSE_S = 1.0
SUM_S = 3.0
GONE = 1

Control = Channel[ToWorker, ToParent]


class Worker:
    """Its parent, as the house needs it, and it, as its parent does."""

    def __init__(self, parent: Control, start: Start) -> None:
        self._parent = parent
        self._start = start
        self._borrower = Borrower(start.lender)
        self._listeners = [_own(number) for number in start.listeners]
        self._metrics: Metrics | None = None
        self._server: Server | None = None
        self._sums: deque[asyncio.Future[bytes]] = deque()

    @property
    def lent(self) -> Lent:
        return Lent(self._borrower.instance, self._start.memory_bytes)

    def admission(self, metrics: Metrics, room: int) -> Admission:
        return self._borrower.admission(metrics, room)

    async def run(self) -> None:
        """Open the house and serve; raises what opening it raises."""
        opening = asyncio.current_task()
        assert opening
        hearing = asyncio.create_task(self._hear(opening), name="parent")
        try:
            async with open_house(self._start.settings, open_to_loopback=False, parent=self) as house:
                self._metrics = house.metrics
                house.metrics.shared_by(self._sum)
                if self._start.announces:
                    await announce_first_key(house, Console(stderr=True))
                pulse = asyncio.create_task(self._tell_counts(house.metrics), name="pulse")
                listener = self._listeners[self._start.slot].dup()
                await serve(house, listener, on_ready=self._ready, signals=[signal.SIGTERM])
                pulse.cancel()
                with suppress(asyncio.CancelledError):
                    await pulse
            self._parent.write(Counted(house.metrics.families()))
            await self._parent.flush()
        finally:
            hearing.cancel()

    def _ready(self, server: Server) -> None:
        self._server = server
        self._parent.write(Ready())

    async def _hear(self, opening: asyncio.Task[None]) -> None:
        while message := await self._parent.read():
            match message:
                case Models(models):
                    self._borrower.models = models
                case Beside(slots) if self._server:
                    await self._server.listen_beside([self._listeners[slot] for slot in slots])
                case Linger(linger_s) if self._server:
                    self._server.linger_s = linger_s
                case Count() if self._metrics:
                    self._parent.write(Counted(self._metrics.families()))
                case Sum(text) if self._sums:
                    self._sums.popleft().set_result(text)
        if self._server:
            self._server.should_exit = True
        else:
            opening.cancel()

    async def _tell_counts(self, metrics: Metrics) -> None:
        """Also shows that this process is not stuck."""
        while True:
            self._parent.write(Counted(metrics.families()))
            await asyncio.sleep(PULSE_S)

    async def _sum(self) -> bytes:
        """What all workers counted together; what this one did, should the parent not say."""
        told = asyncio.get_running_loop().create_future()
        self._sums.append(told)
        self._parent.write(SumWanted())
        done, _ = await asyncio.wait({told}, timeout=SUM_S)
        if done:
            return bytes(told.result())
        assert self._metrics
        return self._metrics.exposition()


def _own(number: int) -> socket.socket:
    """A socket that was handed to this process, and to none that it starts."""
    os.set_inheritable(number, False)
    return socket.socket(fileno=number)


async def _work(parent: socket.socket) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=parent)
    control: Control = Channel(reader, writer, ToWorker)
    start = await control.read()
    if isinstance(start, Start):
        await Worker(control, start).run()


def main() -> None:
    """Work until told to end. Exits with `GONE` where the house cannot be opened, and says why."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the parent
    configure()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(_own(int(sys.argv[1]))))
    except VestibuleError as error:
        print(f"vestibule: {error}", file=sys.stderr)
        sys.exit(GONE)
    except asyncio.CancelledError:
        sys.exit(GONE)


if __name__ == "__main__":
    main()
