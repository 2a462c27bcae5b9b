"""One life of the child process, seen from its parent: start, wait until it answers, learn how it died.

Knows neither restarting nor HTTP; see `supervisor.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

import msgspec

from vestibule.providers.llamacpp.launch import COULD_NOT_LOAD, READY, Launch
from vestibule.providers.llamacpp.model_file import ModelFile

LEAVE_S = 2.0
LOG_BYTES = 1_048_576
SMALL_BYTES = 64 * 1_048_576
_REASONS = (
    re.compile(rb"failed to apply lora adapter: (.+)"),
    re.compile(rb"error loading model: (.+)"),
    re.compile(rb"^\S+ E .*?: (.+)", re.MULTILINE),
)


class Death(msgspec.Struct, frozen=True):
    """Why a child is gone. A `final` one would come again: the file cannot be loaded."""

    reason: str
    final: bool = False


class Child:
    """A running child. `socket` is where it answers once `ready`."""

    def __init__(self, process: asyncio.subprocess.Process, socket: Path, log: Path, log_from: int) -> None:
        self._process = process
        self._log = log
        self._log_from = log_from
        self._ready = False
        self.socket = socket

    @classmethod
    async def start(cls, model: ModelFile, log: Path) -> Self:
        """Start it. It is not ready yet; `log`, which is appended to, holds all it says."""
        folder, stream, begin = await asyncio.to_thread(_prepare, log)
        socket = folder / "llama.sock"
        launch = launch_of(model, socket)
        try:
            # on the thread of the event loop: on Linux the child dies with the thread that started it
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "vestibule.providers.llamacpp.child",
                msgspec.json.encode(launch).decode(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            os.close(stream)
        return cls(process, socket, log, begin)

    @property
    def pid(self) -> int:
        return self._process.pid

    def resident_bytes(self) -> int | None:
        """What the kernel says it holds, None where it does not say; blocking."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return None
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def ready(self) -> bool:
        """Wait until it answers; False if it died before."""
        assert self._process.stdout is not None
        self._ready = await self._process.stdout.readline() == READY
        return self._ready

    async def died(self) -> Death:
        """Wait for its death."""
        status = await self._process.wait()
        while_ = "while serving" if self._ready else "while loading"
        if status == COULD_NOT_LOAD:
            reason = await asyncio.to_thread(_reason, self._log, self._log_from)
            return Death(f"llama.cpp could not load the file: {reason}", final=True)
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return Death(f"it {how} {while_}")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """End it, kindly at first, and remove its socket."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        gone = asyncio.ensure_future(self._process.wait())
        # not asyncio.timeout: before Python 3.11.3 it does not time out in a task that is being cancelled, as ours is
        if not (await asyncio.wait({gone}, timeout=LEAVE_S if self._ready else 0))[0]:
            self.kill()
        await gone
        await asyncio.to_thread(shutil.rmtree, self.socket.parent, ignore_errors=True)

    def bound_log(self, limit: int = LOG_BYTES) -> None:
        """Empty the log once it is longer than `limit` bytes; blocking."""
        if self._log.stat().st_size > limit:
            os.truncate(self._log, 0)
            self._log_from = 0


def launch_of(model: ModelFile, socket: Path) -> Launch:
    return Launch(
        model=str(model.path),
        socket=str(socket),
        context=model.serving.context,
        slots=model.serving.slots,
        threads=model.serving.threads or _threads(model),
        parent=os.getpid(),
        batch=model.serving.batch,
        cache=model.serving.cache,
        adapters=tuple(str(adapter.path) for adapter in model.adapters),
        embedding=model.embedding,
        mean=not model.pooling,
    )


def _prepare(log: Path) -> tuple[Path, int, int]:
    """A private folder for the socket (a path of at most 108 bytes), the log's descriptor, where it continues."""
    log.parent.mkdir(parents=True, exist_ok=True)
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return Path(tempfile.mkdtemp(prefix="vestibule-")), stream, os.fstat(stream).st_size


def _threads(model: ModelFile) -> int:
    """All cores; one for a small model, whose threads wait for each other longer than they work: 1,000 tokens of one of
    0.4 MB took 0.35 s on one thread and 0.9 to 3.9 s on two, on two busy cores."""
    if model.file_bytes < SMALL_BYTES:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _reason(log: Path, begin: int) -> str:
    """The first error in what the child wrote, llama.cpp's own words for it if there are any."""
    with open(log, "rb") as stream:
        stream.seek(begin)
        said = stream.read(LOG_BYTES)
    found = next((match for pattern in _REASONS if (match := pattern.search(said))), None)
    return found[1].decode("utf-8", "replace")[:300] if found else "it gave no reason"
