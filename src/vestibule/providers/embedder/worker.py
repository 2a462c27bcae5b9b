"""One thread that runs batches in order of urgency. Knows neither models nor texts beyond handing them on."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from vestibule.core.errors import Unavailable
from vestibule.core.ports import Vector

_HEAD_START = 16


@dataclass(frozen=True, order=True)
class _Job:
    """Jobs run by `rank`: an urgent one overtakes what came up to 16 jobs before it, so that none waits for ever."""

    rank: int
    turn: int
    texts: Sequence[str] = field(compare=False)
    future: Future[Vector] | None = field(compare=False)


class Worker:
    """Runs `work` on batches, one at a time, from any number of event loops."""

    def __init__(self, name: str, work: Callable[[Sequence[str]], Vector]) -> None:
        self._work = work
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._turns = itertools.count()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    async def run(self, texts: Sequence[str], *, urgent: bool) -> Vector:
        """Return what `work` makes of `texts`. A job whose waiter is cancelled before its turn is not run.

        Raises `Unavailable` once closed, and whatever `work` raises.
        """
        future: Future[Vector] = Future()
        with self._lock:
            if self._closed:
                raise _closed()
            turn = next(self._turns)
            self._jobs.put(_Job(turn - _HEAD_START if urgent else turn, turn, texts, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish the job that is running, refuse the others, end the thread. A second call does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(_Job(-_HEAD_START - 1, -1, (), None))
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()).future is not None:
            if job.future.set_running_or_notify_cancel():
                self._finish(job.texts, job.future)
        while not self._jobs.empty():
            waiting = self._jobs.get().future
            if waiting is not None and waiting.set_running_or_notify_cancel():
                waiting.set_exception(_closed())

    def _finish(self, texts: Sequence[str], future: Future[Vector]) -> None:
        try:
            future.set_result(self._work(texts))
        except Exception as error:  # noqa: BLE001 the thread's outermost edge: the error belongs to who waits
            future.set_exception(error)


def _closed() -> Unavailable:
    return Unavailable("The embedder has been closed.", next_step="Start Vestibule again.")
