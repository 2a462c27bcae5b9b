"""Homes of their own for the tests that start, stop and break servers, and processes that use them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from vestibule.core.settings import Settings
from vestibule.storage.server import EmbeddedServer

ACCOUNT = Settings().postgres_user
REPOSITORY = Path(__file__).parents[2]


class Worker:
    """A process that uses the database in `home`; see `worker.py`."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.worker", str(home), ACCOUNT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    def wait_open(self) -> None:
        assert self._read() == "open"

    def add_note(self) -> int:
        """Add a row; the number of rows there are then."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self._read())

    def leave(self) -> None:
        self._end(kill=False)

    def kill(self) -> None:
        self._end(kill=True)

    def _read(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def _end(self, *, kill: bool) -> None:
        if kill:
            self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of this test's own. Whatever serves it is waited for at the end."""
    folder = Path(tempfile.mkdtemp(prefix="vestibule-storage-"))
    yield folder
    assert EmbeddedServer(folder, ACCOUNT).wait_stopped(), "the server outlived its last user"
    if (folder / "postgres/data/postmaster.pid").exists():  # the keeper was killed: the server ends on its own
        assert wait_gone(postmaster(folder))
    shutil.rmtree(folder)


@pytest.fixture
def start_worker(home: Path) -> Iterator[Callable[[], Worker]]:
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(home))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


def postmaster(home: Path) -> int:
    """Process id of the server in `home`."""
    return int((home / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def keeper(home: Path) -> int:
    """Process id of the keeper: the parent of the server."""
    return int(_stat(postmaster(home))[1])


def wait_gone(pid: int, limit_s: float = 30.0) -> bool:
    """Whether process `pid` ends within the limit. One that only waits for its parent's notice has ended."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if _stat(pid)[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


def _stat(pid: int) -> list[str]:
    """State, parent and what follows the name in `/proc/PID/stat`."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
