"""A compiled gate kept on disk, so that the next start need not compile it. Knows nothing of what is in it.

Only what we wrote is believed: a file that is another account's, that others may write to, or whose content is not
what its digest says counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

import structlog

from vestibule.storage.private import make_folder

_PREFIX, _SUFFIX = "gate-", ".bin"
_DIGEST_BYTES = 32

log = structlog.get_logger(__name__)


def read(folder: Path, key: str) -> bytes | None:
    """What was last kept under `key`, None if there is nothing, or nothing to be trusted."""
    try:
        descriptor = os.open(_path(folder, key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as stream:
        if not _ours(os.fstat(descriptor)):
            return None
        digest, content = stream.read(_DIGEST_BYTES), stream.read()
    return content if hashlib.sha256(content).digest() == digest else None


def write(folder: Path, key: str, content: bytes) -> None:
    """Keep `content` in the place of what was kept before, for us alone. Where that cannot be done the next start takes
    longer, and that is all."""
    unfinished = folder / f".{_PREFIX}{secrets.token_hex(8)}"
    try:
        make_folder(folder)
        with open(unfinished, "xb", opener=_for_us_alone) as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        unfinished.replace(_path(folder, key))
        for older in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            if older != _path(folder, key):
                older.unlink(missing_ok=True)
    except OSError as error:
        log.warning("gate_not_kept", folder=str(folder), reason=error.strerror)
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _path(folder: Path, key: str) -> Path:
    return folder / f"{_PREFIX}{key}{_SUFFIX}"


def _ours(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
