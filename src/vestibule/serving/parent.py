"""The parent of several workers: keeps the port and the models, and as many workers as were asked for.

A worker that dies is started anew, and its connections go to the others meanwhile. A reload brings up a whole new set
before the old one is let finish. Knows no request; opens no house and no database.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog
from msgspec.structs import replace

from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.core.settings import Settings
from vestibule.fleet import Fleet
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Catalogue
from vestibule.scaling import Scaling
from vestibule.serving.lending import Lender
from vestibule.serving.messages import Beside, Count, Lent, Linger, Models, Start, Sum
from vestibule.serving.notify import ServiceManager
from vestibule.serving.process import WorkerProcess
from vestibule.telemetry.families import Family, exposition, summed
from vestibule.telemetry.metrics import Metrics

READY_S = 600.0
STEADY_S = 10.0
PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LOOK_S = 0.2
COUNT_S = 1.0
LINGER_S = 6.0
"""Longer than the server keeps an idle connection: who has one closed it, or was told that it is."""

log = structlog.get_logger(__name__)


class Parent:
    """`reread` gives the settings anew at a reload; of those `home`, `local`, where it listens and how many workers
    there are stay as they were until the next start."""

    def __init__(
        self,
        settings: Settings,
        listeners: Sequence[socket.socket],
        reread: Callable[[], Settings],
        manager: ServiceManager,
    ) -> None:
        self._settings = settings
        self._listeners = listeners
        self._reread = reread
        self._manager = manager
        self._metrics = Metrics()
        self._path = Path()
        self._memory_bytes = 0
        self._workers: dict[int, WorkerProcess] = {}
        self._processes: set[WorkerProcess] = set()  # also those that finish
        self._deaths: dict[int, int] = {}
        self._following: set[asyncio.Task[None]] = set()
        self._gone: tuple[Family, ...] = ()
        self._lender: Lender | None = None
        self._lent: dict[str, Lent] = {}
        self._stopping = asyncio.Event()
        self._reloading: asyncio.Task[None] | None = None

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. Raises `Unavailable` where the first workers do not come up."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._models())
            await stack.enter_async_context(self._manager.watched())
            stack.push_async_callback(self._end_all)
            await self._come_up()
            if not self._stopping.is_set():
                on_ready()
                self._manager.ready(self._status)
                await self._stopping.wait()
            self._manager.stopping()

    @asynccontextmanager
    async def _models(self) -> AsyncIterator[None]:
        """Run the models for all workers, and tell them how each is."""
        catalogue = Catalogue([])
        self._metrics = Metrics(catalogue.names)
        admission = Admission(self._metrics, self._settings.local.queue)
        own = replace(self._settings, providers=(), models=())
        fleet = Fleet(own, None, {}, catalogue, admission)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(fleet.running())
            await stack.enter_async_context(Scaling(catalogue, admission, own.local.slots).running())
            self._lender = Lender(fleet, admission)
            self._path = await stack.enter_async_context(self._lender.open())
            self._memory_bytes = fleet.memory.limit_bytes
            telling = asyncio.create_task(self._tell_of_models(self._lender), name="models")
            try:
                yield
            finally:
                telling.cancel()
                with suppress(asyncio.CancelledError):
                    await telling

    async def _tell_of_models(self, lender: Lender) -> None:
        while True:
            lent = lender.models()
            if lent != self._lent:
                self._lent = lent
                for worker in self._workers.values():
                    worker.tell(Models(lent))
            await asyncio.sleep(LOOK_S)

    async def _come_up(self) -> None:
        """Start the first workers; one of them says the first key."""
        first = [await self._start(slot, announces=slot == 0) for slot in range(len(self._listeners))]
        self._workers = dict(enumerate(first))
        if not await self._all_ready(first) and not self._stopping.is_set():
            raise Unavailable("A worker did not come up.", next_step="It said why; mend that and start again.")
        self._tell_who_is_missing()

    async def _start(self, slot: int, *, announces: bool = False) -> WorkerProcess:
        start = Start(
            self._settings,
            slot,
            tuple(listener.fileno() for listener in self._listeners),
            str(self._path),
            self._memory_bytes,
            announces,
        )
        worker = await WorkerProcess.start(start, self._sum_for)
        self._processes.add(worker)
        worker.tell(Models(self._lent))
        self._track(self._follow(worker))
        return worker

    def _track(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work, name="worker")
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _all_ready(self, workers: Sequence[WorkerProcess]) -> bool:
        waiting = [asyncio.create_task(worker.until_ready()) for worker in workers]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            async with asyncio.timeout(READY_S):
                for one in waiting:
                    await asyncio.wait({one, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    if not (one.done() and one.result()):
                        return False
        except TimeoutError:
            return False
        finally:
            for task in (*waiting, stopping):
                task.cancel()
        return True

    async def _follow(self, worker: WorkerProcess) -> None:
        """Until it is gone; then, unless another has taken its place, start one that does."""
        status = await worker.ended()
        self._processes.discard(worker)
        self._gone = summed([], [self._gone, worker.counted])
        if self._is_missed(worker):
            await self._succeed(worker, status)

    def _is_missed(self, worker: WorkerProcess) -> bool:
        return self._workers.get(worker.slot) is worker and not self._stopping.is_set()

    async def _succeed(self, worker: WorkerProcess, status: int) -> None:
        """Start another in its place, after a pause where it did not live long."""
        pause_s = self._pause_s(worker)
        log.warning("worker_ended", worker=worker.slot, pid=worker.pid, status=status, next_in_s=pause_s)
        self._tell_who_is_missing()
        await self._pause(pause_s)
        while self._is_missed(worker):
            try:
                fresh = await self._start(worker.slot)
            except OSError as error:
                log.error("worker_not_started", worker=worker.slot, reason=error.strerror)
                await self._pause(LONGEST_PAUSE_S)
                continue
            if self._is_missed(worker):
                self._workers[worker.slot] = fresh
            else:
                fresh.kill()
            if await fresh.until_ready():
                self._tell_who_is_missing()

    async def _pause(self, wait_s: float) -> None:
        """As long as that, unless it is to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), wait_s)

    def _pause_s(self, worker: WorkerProcess) -> float:
        """None after a life that was long enough; then twice as long each time."""
        lived_s = asyncio.get_running_loop().time() - worker.began_at
        deaths = self._deaths[worker.slot] = 0 if lived_s >= STEADY_S else self._deaths.get(worker.slot, 0) + 1
        return min(PAUSE_S * 2.0 ** (deaths - 2), LONGEST_PAUSE_S) if deaths > 1 else 0.0

    def _tell_who_is_missing(self) -> None:
        """The connections of a worker that is not there go to the others."""
        there = [worker for worker in self._workers.values() if worker.ready and worker.lives]
        missing = tuple(slot for slot in self._workers if slot not in {worker.slot for worker in there})
        if len(set(self._listeners)) > 1:
            for worker in there:
                worker.tell(Beside(missing))

    def _reload(self) -> None:
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._replace_all(), name="reload")

    async def _replace_all(self) -> None:
        """A new set of workers with the settings of now, ready before the old one is told to finish."""
        self._manager.reloading()
        try:
            self._settings = self._as_started(self._reread())
            fresh = [await self._start(slot) for slot in range(len(self._listeners))]
            if await self._all_ready(fresh):
                old, self._workers = self._workers, dict(enumerate(fresh))
                self._tell_who_is_missing()
                for worker in old.values():
                    worker.tell(Linger(LINGER_S))
                    worker.end(self._settings.server.drain_s)
                for worker in fresh:
                    if worker not in self._processes:  # it died in the same moment
                        self._track(self._succeed(worker, 0))
                log.info("reloaded", workers=len(fresh))
            else:
                for worker in fresh:  # some may answer already
                    worker.end(self._settings.server.drain_s)
                log.error("reload_failed", reason="the new workers did not come up; the old ones go on")
        except VestibuleError as error:
            log.error("reload_failed", reason=str(error))
        self._manager.ready(self._status)

    def _as_started(self, settings: Settings) -> Settings:
        old = self._settings
        server = replace(settings.server, workers=old.server.workers)
        return replace(settings, home=old.home, host=old.host, port=old.port, local=old.local, server=server)

    def _sum_for(self, worker: WorkerProcess) -> None:
        self._track(self._tell_sum(worker))

    async def _tell_sum(self, worker: WorkerProcess) -> None:
        """What was heard is what is told: a worker that is killed next cannot make the sum fall."""
        asked = [one for one in self._processes if one.ready and one.lives]
        for one in asked:
            one.tell(Count())
        await asyncio.gather(*(one.until_told(COUNT_S) for one in asked))
        counted = [self._metrics.families(), *(one.counted for one in self._processes)]
        worker.tell(Sum(exposition(summed(counted, [self._gone]))))

    def _stop(self) -> None:
        """Let everything finish; asked a second time, do not wait for it."""
        if self._stopping.is_set():
            for worker in self._processes:
                worker.kill()
        self._stopping.set()

    async def _end_all(self) -> None:
        self._stopping.set()
        if self._reloading:
            await self._reloading
        for worker in self._processes:
            worker.end(self._settings.server.drain_s)
        while self._following:
            await asyncio.wait(self._following)

    @property
    def _status(self) -> str:
        return f"{len(self._workers)} workers"
