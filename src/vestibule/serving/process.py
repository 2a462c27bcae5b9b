"""One life of a worker, seen from its parent: start, wait until it is ready, hear what it counts, end it.

Knows neither who comes after it nor what it answers.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from vestibule.serving.messages import Channel, Counted, Ready, Start, SumWanted, ToParent, ToWorker
from vestibule.telemetry.families import Family

HANG_S = 30.0
"""A worker that is ready tells what it counted every second."""
CLOSE_S = 20.0

Control = Channel[ToParent, ToWorker]


class WorkerProcess:
    """`counted` is what it said last; `ready` is whether it takes connections."""

    def __init__(
        self, slot: int, process: asyncio.subprocess.Process, control: Control, on_sum_wanted: Callable[[], None]
    ) -> None:
        self.slot = slot
        self.counted: tuple[Family, ...] = ()
        self.ready = False
        self.began_at = asyncio.get_running_loop().time()
        self._process = process
        self._control = control
        self._on_sum_wanted = on_sum_wanted
        self._came = asyncio.Event()
        self._told = asyncio.Event()
        self._hearing = asyncio.create_task(self._hear(), name=f"worker {slot}")
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, start: Start, on_sum_wanted: Callable[[Self], None]) -> Self:
        """Start it. It is not ready yet."""
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "vestibule.serving.worker",
                str(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), *set(start.listeners)),
                env={name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"},
            )
        finally:
            theirs.close()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        control: Control = Channel(reader, writer, ToParent)
        control.write(start)
        worker = cls(start.slot, process, control, lambda: on_sum_wanted(worker))
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process.returncode is None

    def tell(self, message: ToWorker) -> None:
        self._control.write(message)

    async def until_ready(self) -> bool:
        """Whether it became ready; False where it ended before."""
        await self._came.wait()
        return self.ready

    async def until_told(self, within_s: float) -> None:
        """Wait until it has said anew what it counted, or ended."""
        self._told.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._told.wait()

    async def ended(self) -> int:
        """Wait until it is gone and all it said is heard; return its exit status."""
        status = await self._process.wait()
        await self._hearing
        self._control.close()
        if self._ending:
            self._ending.cancel()
        return status

    def end(self, drain_s: float) -> None:
        """Have it finish what it is at; kill it where it does not come to an end."""
        if self._ending is None:
            self._signal(self._process.terminate)
            self._ending = asyncio.create_task(self._kill_after(drain_s + CLOSE_S), name=f"end worker {self.slot}")

    def kill(self) -> None:
        self._signal(self._process.kill)

    async def _kill_after(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        self.kill()

    async def _hear(self) -> None:
        try:
            while message := await self._next():
                match message:
                    case Ready():
                        self.ready = True
                        self._came.set()
                    case Counted(families):
                        self.counted = families
                        self._told.set()
                    case SumWanted():
                        self._on_sum_wanted()
        finally:
            self._came.set()
            self._told.set()

    async def _next(self) -> ToParent | None:
        """What it says next. One that is ready and silent for `HANG_S` is stuck, and killed."""
        reading = asyncio.ensure_future(self._control.read())
        while not (await asyncio.wait({reading}, timeout=HANG_S))[0]:
            if self.ready:
                self.kill()
        return reading.result()

    def _signal(self, send: Callable[[], None]) -> None:
        with suppress(ProcessLookupError):
            send()
