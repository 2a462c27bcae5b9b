from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from vestibule.core.errors import Unavailable
from vestibule.core.ports import Vector
from vestibule.providers.embedder.worker import Worker


class Gate:
    """Work that notes its order and waits until it is let through."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.entered = threading.Event()
        self.open = threading.Event()

    def work(self, texts: Sequence[str]) -> Vector:
        self.ran.append(texts[0])
        self.entered.set()
        assert self.open.wait(30)
        if texts[0] == "broken":
            raise ValueError("broken batch")
        return np.zeros((len(texts), 1), np.float32)


async def _started(worker: Worker, gate: Gate, *jobs: tuple[str, bool]) -> list[asyncio.Task[Vector]]:
    """The first job is running, the others wait in the order given."""
    tasks = []
    for text, urgent in jobs:
        tasks.append(asyncio.create_task(worker.run([text], urgent=urgent)))
        await asyncio.sleep(0)
        assert await asyncio.to_thread(gate.entered.wait, 30)
    return tasks


async def test_urgent_first_but_none_waits_for_ever() -> None:
    gate = Gate()
    worker = Worker("test", gate.work)
    urgent = [(f"query {n}", True) for n in range(20)]
    tasks = await _started(worker, gate, ("running", False), ("document", False), *urgent)
    gate.open.set()
    await asyncio.gather(*tasks)
    worker.close()
    position = gate.ran.index("document")
    assert gate.ran[1] == "query 0"
    assert 10 <= position < len(gate.ran) - 1


async def test_cancelled_job_is_not_run() -> None:
    gate = Gate()
    worker = Worker("test", gate.work)
    tasks = await _started(worker, gate, ("running", False), ("dropped", False), ("kept", False))
    tasks[1].cancel()
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(tasks[0], tasks[2])
    worker.close()
    assert gate.ran == ["running", "kept"]


async def test_error_reaches_its_waiter_and_the_worker_goes_on() -> None:
    gate = Gate()
    gate.open.set()
    worker = Worker("test", gate.work)
    with pytest.raises(ValueError, match="broken batch"):
        await worker.run(["broken"], urgent=True)
    assert (await worker.run(["whole"], urgent=True)).shape == (1, 1)
    worker.close()


async def test_close_finishes_what_runs_and_refuses_what_waits() -> None:
    gate = Gate()
    worker = Worker("test", gate.work)
    running, waiting, dropped = await _started(worker, gate, ("running", False), ("waiting", True), ("dropped", True))
    dropped.cancel()
    closing = asyncio.create_task(asyncio.to_thread(worker.close))
    with pytest.raises(Unavailable, match="closed"):
        await _knock(worker)
    gate.open.set()
    assert (await running).shape == (1, 1)
    with pytest.raises(Unavailable, match="closed"):
        await waiting
    await closing
    assert gate.ran == ["running"]


async def _knock(worker: Worker) -> None:
    """Ask again and again, until the worker answers that it is closed."""
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(worker.run(["late"], urgent=False), 0.05)
