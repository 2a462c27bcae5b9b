"""Lines on disk for what cannot be written where it belongs: kept through the end of the process, read again later.

Each process writes files of its own, locked as long as it lives; those of who is gone are anybody's. Whoever reads a
line again must not mind that it may have been read before. Knows not what a line says. All of it blocks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path

MOST_BYTES = 64 * 2**20


class Spool:
    def __init__(self, folder: Path, name: str, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._name = name
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._file: int | None = None
        self._path = folder
        self._reading: tuple[Path, int | None] = (folder, None)

    def write(self, lines: Sequence[bytes]) -> bool:
        """Append whole lines and wait until the disk has them. False, and nothing written, where there is no room."""
        data = b"".join(line + b"\n" for line in lines)
        with self._lock:
            return self._write(data)

    def _write(self, data: bytes) -> bool:
        try:
            file = self._opened()
            before = os.fstat(file).st_size
            if self._bytes() + len(data) > self._most_bytes:
                return False
            try:
                written = os.write(file, data)
                os.fsync(file)
            except OSError:
                written = -1
            if written != len(data):
                os.ftruncate(file, before)
                return False
        except OSError:
            return False
        return True

    def next(self) -> Path | None:
        """A file to be read again and removed, ours or of a process that is gone; None where there is none."""
        for path in self._all():
            if path == self._path or path == self._reading[0] or self._take(path):
                return path
        return None

    def read(self, path: Path, offset: int, most: int) -> tuple[list[bytes], int]:
        """Up to so many whole lines, and where the next begins. A half one at the end was never said to be written."""
        lines: list[bytes] = []
        with path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if len(lines) == most or not line.endswith(b"\n"):
                    break
                lines.append(line[:-1])
                offset += len(line)
        return lines, offset

    def remove(self, path: Path) -> None:
        """Forget a file, all of whose lines are where they belong."""
        path.unlink()
        if path == self._path:
            self._close_own()
        else:
            self._close_reading()

    def close(self) -> None:
        with self._lock:
            self._close_own()
            self._close_reading()

    def _take(self, path: Path) -> bool:
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._close_reading()
        self._reading = (path, file)
        return True

    def _close_own(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file, self._path = None, self._folder

    def _close_reading(self) -> None:
        if self._reading[1] is not None:
            os.close(self._reading[1])
        self._reading = (self._folder, None)

    def _opened(self) -> int:
        while self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{self._name}-{secrets.token_hex(8)}.jsonl"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink:
                self._file, self._path = file, path
            else:  # found empty, and removed, before it was locked
                os.close(file)
        return self._file

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._name}-*.jsonl"))

    def _bytes(self) -> int:
        total = 0
        for path in self._all():
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        return total
