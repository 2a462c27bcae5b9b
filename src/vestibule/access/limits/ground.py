"""Memory that all workers of the host share, and one lock for it. Knows the layout's size, not what it means.

A file under the house's `run` folder, mapped by every worker. The kernel drops a lock when its holder dies, however
that was: there is none that stays behind. Each worker has a place of its own, told by a second file that it holds
locked as long as it lives.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vestibule.access.limits.layout import CELLS, CELLS_BYTES, HELD_BYTES, SIZE, VERSION, WORKERS
from vestibule.core.errors import StorageFull, Unavailable

_ALL = SIZE + WORKERS * 8


class Ground:
    """`cells` are words of 64 bits; `held(worker)` has a number for each cell, `mine` are those of this worker; `used`
    tells which workers' numbers may be other than 0."""

    def __init__(self, memory: mmap.mmap, worker: int, lock: int | None, files: tuple[int, ...], folder: Path | None):
        self.worker = worker
        self._memory = memory
        self.memory = self._view = memoryview(memory)
        self._lock = lock
        self._files = files
        self._folder = folder
        self._threads = threading.Lock()
        self.cells = self._view[:CELLS_BYTES].cast("q")
        self.used = self._view[SIZE:].cast("q")
        begin = CELLS_BYTES + worker * HELD_BYTES
        self.mine = self._view[begin : begin + HELD_BYTES].cast("i")

    @classmethod
    def private(cls) -> Ground:
        """The same for one process alone, in memory of its own."""
        return cls(mmap.mmap(-1, _ALL), 0, None, (), None)

    @classmethod
    def shared(cls, folder: Path) -> Ground:
        """Join the workers that share `folder`. Raise `StorageFull` or `Unavailable`."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = os.open(folder / f"limits-{VERSION}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                memory = _mapped(file)
                worker, place = _place(folder)
            except BaseException:
                os.close(file)
                raise
        except OSError as error:
            raise StorageFull(
                f"The limits cannot be kept in {folder}: {error.strerror}.", next_step="Free some space, or mend it."
            ) from None
        return cls(memory, worker, file, (file, place), folder)

    def let_go(self) -> None:
        """Hold in this process's memory only what it will touch again: what was looked through once was all of it."""
        if self._folder is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._memory.madvise(mmap.MADV_DONTNEED)

    def enter(self) -> None:
        self._threads.acquire()
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def leave(self) -> None:
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
        self._threads.release()

    @contextmanager
    def locked(self) -> Iterator[None]:
        self.enter()
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def held(self, worker: int) -> Iterator[memoryview]:
        """What a worker holds: one whole number of 32 bits for each cell."""
        begin = CELLS_BYTES + worker * HELD_BYTES
        with self._view[begin : begin + HELD_BYTES] as part, part.cast("i") as numbers:
            yield numbers

    def dead(self) -> list[int]:
        """The workers that ended without giving back, as far as `used` tells. Ask under the lock."""
        folder = self._folder
        if folder is None:
            return []
        return [n for n in range(WORKERS) if self.used[n] and n != self.worker and not _lives(folder, n)]

    @property
    def alone(self) -> bool:
        folder = self._folder
        return folder is None or not any(_lives(folder, n) for n in range(WORKERS) if n != self.worker)

    def close(self) -> None:
        for view in (self.cells, self.used, self.mine, self._view):
            view.release()
        self._memory.close()
        for file in self._files:
            os.close(file)


assert CELLS * 4 == HELD_BYTES


def _mapped(file: int) -> mmap.mmap:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        if os.fstat(file).st_size != _ALL:
            os.ftruncate(file, 0)
            _allocate(file)
        return mmap.mmap(file, _ALL)
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _allocate(file: int) -> None:
    """Whole, now: a page that the disk has no room for later would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, _ALL)
    else:  # pragma: no cover
        os.pwrite(file, bytes(_ALL), 0)


def _place(folder: Path) -> tuple[int, int]:
    for number in range(WORKERS):
        file = os.open(_told(folder, number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            return number, file
    raise Unavailable(f"More than {WORKERS} workers share one house.", next_step="Start fewer.")


def _lives(folder: Path, number: int) -> bool:
    try:
        file = os.open(_told(folder, number), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _told(folder: Path, number: int) -> Path:
    return folder / f"limits-worker-{number}"
