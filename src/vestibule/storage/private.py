"""Files and folders that only the account we run as may read. Knows nothing of what is in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def make_folder(path: Path) -> None:
    """Make `path`, if it is missing, for us alone; folders above it are made as usual."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def open_lock(path: Path) -> int:
    """A descriptor for `flock` that no program we start inherits. The file is made if missing."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def open_log(path: Path, *, limit_bytes: int) -> BinaryIO:
    """Open to append; emptied first if it has grown beyond the limit."""
    if path.exists() and path.stat().st_size > limit_bytes:
        os.truncate(path, 0)
    return open(path, "ab", opener=_private)


def write_secret(path: Path, secret: str) -> None:
    """Write a new file, in the place of an older one if there is any."""
    path.unlink(missing_ok=True)
    with open(path, "x", encoding="ascii", opener=_private) as stream:
        stream.write(secret)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
