"""The files and the server process of one embedded PostgreSQL: made whole or not at all, started, stopped.

Only the keeper uses this, and only while it holds the keeper's lock. It knows no lease, no tables and no client.

Folders are handed to PostgreSQL as `/proc/self/fd/N`, an inherited descriptor. The account that runs it for root thus
needs no way through the folders above (/root is closed to it), everything stays in the home, and a socket's path stays
under the 107 bytes the kernel allows however long the home's is. Where there is no /proc the plain path is used.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from vestibule.core.errors import StorageFull, Unavailable, VestibuleError
from vestibule.storage.binaries import MAJOR, Account, bare_environment, run_as
from vestibule.storage.private import open_log, write_secret

DATABASE = "vestibule"
OWNER = "vestibule_owner"
REQUEST = "vestibule_request"
START_LIMIT_S = 300.0
_STOP_LIMIT_S = 60.0
_LOG_LIMIT_BYTES = 8 * 1024 * 1024
_PR_SET_PDEATHSIG = 1

# Statements and details of errors stay out of the log: they hold what people wrote.
_CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


def directory_address(fd: int, path: Path) -> str:
    """How to name the open folder `fd` to a process that inherits it."""
    return f"/proc/self/fd/{fd}" if sys.platform == "linux" else str(path)


def password_file(folder: Path, role: str) -> Path:
    return folder / f"{role}.password"


class Cluster:
    """`folder` is ours; `data` and `socket` in it belong to the account that runs PostgreSQL."""

    def __init__(self, folder: Path, account: Account | None, programs: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._programs = programs
        self._account = account

    def prepare(self) -> None:
        """Make the cluster if there is none; else end what an earlier keeper left running and check what is there."""
        try:
            if not self._data.exists():
                self._create()
            self._check_version()
            self._stop_orphan()
            if not all(password_file(self._folder, role).exists() for role in (OWNER, REQUEST)):
                self._set_passwords(self._data, "ALTER")
            self._make_folder(self._folder / "socket")
        except OSError as error:
            raise self._failure(str(error), full=error.errno == errno.ENOSPC) from None

    def start(self) -> subprocess.Popen[bytes]:
        """Start PostgreSQL as our child, which the kernel stops if we die; return when it takes connections."""
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            with open_log(self._log, limit_bytes=_LOG_LIMIT_BYTES) as log:
                offset = os.fstat(log.fileno()).st_size
                server = self._spawn(log)
            while server.poll() is None:
                if self._status() == (server.pid, "ready"):
                    return server
                if time.monotonic() > deadline:
                    server.send_signal(signal.SIGQUIT)
                    server.wait()
                time.sleep(0.01)
            said = self._log.read_bytes()[offset:].decode("utf-8", "replace")
            # Backends of a postmaster killed a moment ago hold its shared memory until they notice.
            if "still in use" not in said or time.monotonic() > deadline:
                raise self._failure(said)
            time.sleep(0.1)

    def command(self, statement: str, database: str = "postgres", *, data: Path | None = None) -> None:
        """Run one statement as the superuser while the server is stopped: the only way there is to be superuser."""
        self._run("postgres", data or self._data, database, stdin=statement + "\n", mode=("--single",))

    def _create(self) -> None:
        unfinished = self._folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_folder(unfinished)
        options = ["-U", "postgres", "-A", "reject", "-E", "UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            self._run("initdb", unfinished, *options)
            self._set_passwords(unfinished, "CREATE")
            self.command(f"CREATE DATABASE {DATABASE} OWNER {OWNER}", data=unfinished)
            self.command(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC", data=unfinished)
            self.command(f"GRANT CONNECT ON DATABASE {DATABASE} TO {REQUEST}", data=unfinished)
            self.command("CREATE EXTENSION vector", DATABASE, data=unfinished)
            # Nobody can log in as the superuser: it has no password and no line here.
            (unfinished / "pg_hba.conf").write_text(f"local {DATABASE} {OWNER},{REQUEST} scram-sha-256\n")
            unfinished.rename(self._data)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _set_passwords(self, data: Path, verb: str) -> None:
        for role in (OWNER, REQUEST):
            password = secrets.token_hex(32)
            plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            self.command(f"{verb} ROLE {role} LOGIN {plain} PASSWORD '{password}'", data=data)
            write_secret(password_file(self._folder, role), password)

    def _run(self, program: str, data: Path, *arguments: str, stdin: str = "", mode: tuple[str, ...] = ()) -> None:
        fd = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            where = ["-D", directory_address(fd, data)]
            command = [str(self._programs / program), *mode, *where, *arguments]
            done = run_as(self._account, command, stdin=stdin, pass_fds=(fd,))
        finally:
            os.close(fd)
        said = done.stdout + done.stderr
        if done.returncode or "ERROR:" in said:
            raise self._failure(said)

    def _spawn(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        socket = self._folder / "socket"
        fds = [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in (self._data, socket)]
        command = [str(self._programs / "postgres"), "-D", directory_address(fds[0], self._data)]
        command += ["-k", directory_address(fds[1], socket)]
        command += [word for name, value in _CONFIGURATION.items() for word in ("-c", f"{name}={value}")]
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=bare_environment(),
                pass_fds=fds,
                user=self._account.uid if self._account else None,
                group=self._account.gid if self._account else None,
                extra_groups=[] if self._account else None,
                preexec_fn=_die_with(os.getpid()),
            )
        finally:
            for fd in fds:
                os.close(fd)

    def _stop_orphan(self) -> None:
        """End a server that outlived its keeper, and forget one that ended without tidying up."""
        pid, _ = self._status()
        if pid is None:
            return
        deadline = time.monotonic() + _STOP_LIMIT_S
        while _serves(pid, self._data):
            os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.05)
        # Its number may belong to another process by now, which would make PostgreSQL refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _status(self) -> tuple[int | None, str]:
        """Process id and state as `postmaster.pid` tells them."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None, ""
        pid = int(lines[0]) if lines and lines[0].isdigit() else None
        return pid, lines[7].strip() if len(lines) > 7 else ""

    def _check_version(self) -> None:
        try:
            found = (self._data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise self._failure("PG_VERSION is missing, so this is not a database") from None
        if found != str(MAJOR):
            raise Unavailable(
                f"The database in {self._data} was made by PostgreSQL {found}; this Vestibule brings {MAJOR}.",
                next_step="Start it with the Vestibule that made it, or move it away to begin with an empty database.",
            )

    def _make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _failure(self, said: str, *, full: bool = False) -> VestibuleError:
        if full or "No space left on device" in said:
            return StorageFull(
                f"The disk that holds {self._folder} is full, so the database does not start.",
                next_step="Free some space there and start again; nothing was left half-made.",
            )
        marks = ("FATAL:", "PANIC:", "ERROR:", "error:")
        lines = [line for line in said.splitlines() if any(mark in line for mark in marks)] or said.splitlines()
        reason = lines[-1].strip() if lines else "it gave no reason"
        return Unavailable(
            f"The database in {self._data} does not start: {reason}.",
            next_step=f"See {self._log}; restore a backup, or move the folder away to begin with an empty database.",
        )


def _die_with(keeper: int) -> Callable[[], None] | None:
    """What the child does before it becomes PostgreSQL: ask for a fast shutdown at the keeper's death."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != keeper:  # it died before we asked
            os._exit(1)

    return ask


def _serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is alive and a PostgreSQL on `data`: such a process has `data` as its working folder."""
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
        return str(data) in shown
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
