"""Reads an API key from where it is: a variable, a file or the output of a command, bounded in size and time.

Names the place in an error, never what is there. Knows no provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import selectors
import shlex
import signal
import stat
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

COMMAND_S = 10.0
FILE_S = 5.0
LONGEST = 8192
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


class Unreadable(Exception):
    """What place cannot be read, and why."""


class Place:
    """`env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`."""

    def __init__(self, place: str, environ: Mapping[str, str]) -> None:
        self._kind, _, self._where = place.partition(":")
        self._environ = environ

    @property
    def is_command(self) -> bool:
        return self._kind == "cmd"

    @property
    def name(self) -> str:
        """What it may be called in an error: of a command only the program, for its arguments may be secret."""
        named = {"env": f"the variable {self._where}", "file": f"the file {self._where}"}
        return named.get(self._kind, f"the command {self._where.split()[0]}")

    async def read(self) -> str:
        """The key. Raise `Unreadable`."""
        try:
            key = (await self._text()).strip()
        except Unreadable as why:
            raise Unreadable(f"{self.name} {why}") from None
        if len(key.splitlines()) > 1:
            raise Unreadable(f"{self.name} holds more than one line")
        if not _KEY.fullmatch(key):
            raise Unreadable(f"{self.name} holds no usable key (printable ASCII without spaces)")
        return key

    async def _text(self) -> str:
        match self._kind:
            case "env":
                if not (found := self._environ.get(self._where)):
                    raise Unreadable("is not set")
                return found
            case "file":
                return await _read_file(Path(self._where).expanduser())
            case _:
                return await _run(self._where)


async def _read_file(path: Path) -> str:
    try:
        async with asyncio.timeout(FILE_S):
            return (await asyncio.to_thread(_bytes_of, path)).decode("ascii", "replace")
    except TimeoutError:
        raise Unreadable(f"could not be read within {FILE_S:g} s") from None
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None


def _bytes_of(path: Path) -> bytes:
    """Of a plain file: what waits for a writer, or never ends, is not waited for."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Unreadable("is no plain file")
        found = os.read(file, LONGEST + 1)
    finally:
        os.close(file)
    if len(found) > LONGEST:
        raise Unreadable(f"is longer than {LONGEST} bytes")
    return found


async def _run(command: str) -> str:
    """The output of a command, run on a thread that outlives a request that was given up by `COMMAND_S` at most."""
    try:
        return (await asyncio.to_thread(_output_of, shlex.split(command))).decode("ascii", "replace")
    except TimeoutError:
        raise Unreadable(f"did not end within {COMMAND_S:g} s") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be run ({type(error).__name__})") from None


def _output_of(command: Sequence[str]) -> bytes:
    """What it says on stderr is not passed on: it may quote the key. What it started is ended with it."""
    deadline = time.monotonic() + COMMAND_S
    with Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True) as process:
        assert process.stdout is not None
        try:
            output = _read_until(deadline, process.stdout.fileno())
            status = process.wait(max(deadline - time.monotonic(), 0.01))
        except TimeoutExpired:
            raise TimeoutError from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
    if status:
        raise Unreadable(f"ended with status {status}")
    return output


def _read_until(deadline: float, pipe: int) -> bytes:
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while selector.select(max(deadline - time.monotonic(), 0)):
            piece = os.read(pipe, LONGEST)
            output += piece
            if len(output) > LONGEST:
                raise Unreadable(f"prints more than {LONGEST} bytes")
            if not piece:
                return output
    raise TimeoutError
