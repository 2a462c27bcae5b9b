"""A 32-byte secret in a file of its own: made once, for us alone, never overwritten. Knows not what it is for."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from vestibule.core.errors import Unavailable
from vestibule.storage.private import make_folder

LENGTH = 32


def read_secret(path: Path) -> bytes | None:
    """The secret at `path`, None if there is no file. Raise `Unavailable` if it is unreadable or not a secret."""
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is not hexadecimal"
        raise _unusable(path, str(problem)) from None
    if len(secret) != LENGTH:
        raise _unusable(path, f"it holds {len(secret)} bytes, not {LENGTH}")
    return secret


def make_secret(path: Path) -> bytes:
    """Make the secret at `path`, on disk when this returns; if another process was first, that one's is returned."""
    try:
        make_folder(path.parent)
        _write_and_link(path)
    except OSError as error:
        raise Unavailable(
            f"The secret {path} cannot be written: {error.strerror}.",
            next_step="Check the folder's permissions and the space on its disk, or set VESTIBULE_HOME to another.",
        ) from None
    made = read_secret(path)
    assert made is not None
    return made


def _write_and_link(path: Path) -> None:
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with open(unfinished, "x", encoding="ascii", opener=_for_us_alone) as stream:
            stream.write(secrets.token_hex(LENGTH))
            stream.flush()
            os.fsync(stream.fileno())
        _link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _link(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unusable(path: Path, problem: str) -> Unavailable:
    return Unavailable(f"The secret {path} cannot be used: {problem}.", next_step="Put it back from a backup.")
