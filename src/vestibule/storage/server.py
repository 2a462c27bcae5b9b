"""A process's hold on the embedded PostgreSQL: starts it if nobody did, keeps it running until let go.

Knows the keeper and its locks, not what is in the database. All of it blocks; call it in a thread.

Three files in `HOME/postgres` are locked with `flock`, which the kernel undoes when a process dies: `start.lock` by
whoever looks whether a keeper is needed, `lease` shared by every user, `keeper.lock` by the keeper for life.
"""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from vestibule.core.errors import StorageFull, Unavailable
from vestibule.storage.cluster import DATABASE, OWNER, REQUEST, START_LIMIT_S, directory_address, password_file
from vestibule.storage.keeper import Word
from vestibule.storage.private import make_folder, open_lock, open_log

_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


class EmbeddedServer:
    """One process's lease on the server in `home`. `account` runs PostgreSQL if we are root."""

    def __init__(self, home: Path, account: str) -> None:
        self._folder = home / "postgres"
        self._account = account
        self._lease: int | None = None
        self._socket: int | None = None

    def ensure(self) -> None:
        """Take the lease and return when the server answers. Raise `Unavailable` or `StorageFull` if it cannot."""
        deadline = time.monotonic() + START_LIMIT_S
        try:
            make_folder(self._folder.parent)
            make_folder(self._folder)
            with self._locked("start.lock", deadline):
                self._take_lease(deadline)
                # A server without a keeper may still answer, but nobody would stop it, or it is stopping.
                while not (self._keeper_is_alive() and self._answers()):
                    self._start_keeper_if_none(deadline)
        except OSError as error:
            raise Unavailable(
                f"The folder {self._folder} cannot be used: {error.strerror}.",
                next_step="Check its permissions and the space on its disk, or set VESTIBULE_HOME to another folder.",
            ) from None

    def owner_conninfo(self) -> str:
        """How to connect as the owner of the tables; valid until the next `ensure` or `close`."""
        return self._conninfo(OWNER)

    def request_conninfo(self) -> str:
        """How to connect as the role of requests; valid until the next `ensure` or `close`."""
        return self._conninfo(REQUEST)

    def close(self) -> None:
        """Let go. The server stops if we were the last."""
        for fd in filter(None, (self._lease, self._socket)):
            os.close(fd)
        self._lease = self._socket = None

    def wait_stopped(self, limit_s: float = 60.0) -> bool:
        """Wait until the server has stopped, after the last user let go; False if it still runs after `limit_s`."""
        deadline = time.monotonic() + limit_s
        while self._keeper_is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _take_lease(self, deadline: float) -> None:
        # Always anew: the home may have been deleted and made again under a process that lives on.
        lease = open_lock(self._folder / "lease")
        try:
            _lock(lease, fcntl.LOCK_SH, deadline)
        except BaseException:
            os.close(lease)
            raise
        self.close()
        self._lease = lease

    def _answers(self) -> bool:
        try:
            if self._socket is None:
                self._socket = os.open(self._folder / "socket", os.O_RDONLY | os.O_DIRECTORY)
            psycopg.connect(self.owner_conninfo(), connect_timeout=10).close()
        except (FileNotFoundError, psycopg.OperationalError):
            return False
        return True

    def _start_keeper_if_none(self, deadline: float) -> None:
        if not self._keeper_is_alive():
            return self._start_keeper(deadline)
        if time.monotonic() > deadline:
            raise Unavailable(
                f"The database in {self._folder} has a keeper but does not answer.",
                next_step=f"See {self._folder}/postgres.log; stop the process that holds keeper.lock there.",
            )
        return time.sleep(0.02)

    def _keeper_is_alive(self) -> bool:
        if not self._folder.exists():
            return False
        lock = open_lock(self._folder / "keeper.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _start_keeper(self, deadline: float) -> None:
        said, reply = os.pipe()
        command = [sys.executable, "-P", "-m", "vestibule.storage.keeper", str(self._folder), self._account, str(reply)]
        try:
            with open_log(self._folder / "keeper.log", limit_bytes=0) as log:
                subprocess.run(
                    command,
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=_environment(),
                    pass_fds=(reply,),
                    start_new_session=True,
                )
            os.close(reply)
            reply = -1
            self._hear(said, deadline)
        finally:
            for fd in (said, reply):
                if fd >= 0:
                    os.close(fd)

    def _hear(self, said: int, deadline: float) -> None:
        readable, _, _ = select.select([said], [], [], max(0.0, deadline - time.monotonic()))
        line = os.read(said, 65536) if readable else b""
        if not line:
            raise Unavailable(
                "The keeper of the database ended without a word.",
                next_step=f"See {self._folder}/keeper.log and {self._folder}/postgres.log, and start again.",
            )
        word = msgspec.json.decode(line, type=Word)
        if not word.ready:
            raise (StorageFull if word.full else Unavailable)(word.message, next_step=word.next_step)

    def _conninfo(self, role: str) -> str:
        if self._socket is None:
            raise Unavailable("The database is not open.", next_step="Open it before it is used.")
        host = directory_address(self._socket, self._folder / "socket")
        password = password_file(self._folder, role).read_text("ascii")
        return make_conninfo(host=host, dbname=DATABASE, user=role, password=password)

    @contextmanager
    def _locked(self, name: str, deadline: float) -> Iterator[None]:
        lock = open_lock(self._folder / name)
        try:
            _lock(lock, fcntl.LOCK_EX, deadline)
            yield
        finally:
            os.close(lock)


def _lock(fd: int, kind: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable(
                    "Another process has been starting or stopping the database for minutes.",
                    next_step="Look for a stopped (suspended) Vestibule process, end it, and try again.",
                ) from None
            time.sleep(0.01)


def _environment() -> dict[str, str]:
    """What Python needs to run the keeper, and none of our secrets: it outlives us."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "COVERAGE"))}
    return kept | {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
