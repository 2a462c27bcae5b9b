"""The built model on disk, `home/models/…`: built once, whole or not at all, verified whenever it is read.

A file is named by the recipe, the weights it was built from and the digest of its own content, so that a damaged or
outdated one is recognised by its name alone. Knows nothing of what is inside.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vestibule.core.errors import StorageFull, Unavailable
from vestibule.providers.embedder.weights import SHA256, read_pinned, require_weights

RECIPE = 1  # one more with every change to graph.py, so that models built before are built again
_PREFIX = f"all-MiniLM-L6-v2-int8-r{RECIPE}-{SHA256['model.safetensors'][:12]}-"
_DIGEST_LENGTH = 32


def ensure_built(home: Path) -> Path:
    """Return the file of a sound model, building it first where there is none. Blocks, for seconds when it builds.

    Of several processes one builds and the others wait for it. Raises `Unavailable` where the weights are missing or
    not ours or `home` cannot be written, `StorageFull` where the disk is full.
    """
    folder = home / "models"
    return find_built(folder) or _build_alone(folder)


def find_built(folder: Path) -> Path | None:
    """Return the file of a sound built model in `folder`, or None."""
    for path in sorted(folder.glob(f"{_PREFIX}*.onnx")):
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            if path.name == _name_of(content):
                return path
    return None


def _build_alone(folder: Path) -> Path:
    with _writing(folder), _locked(folder):
        built = find_built(folder)
        if built is None:
            content = _build()
            for left_over in folder.glob("all-MiniLM-L6-v2-int8-*"):
                left_over.unlink()
            built = folder / _name_of(content)
            _write(built, content)
        return built


def _build() -> bytes:
    from vestibule.providers.embedder import graph  # takes `onnx`, some 40 MB of memory, along

    weights = require_weights()
    return graph.build(read_pinned(weights, "config.json"), read_pinned(weights, "model.safetensors"))


def _name_of(content: bytes) -> str:
    return f"{_PREFIX}{hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH]}.onnx"


def _write(path: Path, content: bytes) -> None:
    """Make `path` appear whole: what is cut short never bears the name."""
    descriptor, temporary = tempfile.mkstemp(prefix=f"{_PREFIX}building-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel lets go of it should this process die."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"The disk is full: the embedding model cannot be written to {folder}.",
                next_step="Free at least 100 MB, or set VESTIBULE_HOME to a folder with room.",
            ) from None
        raise Unavailable(
            f"The embedding model cannot be written to {folder}: {error.strerror}.",
            next_step="Set VESTIBULE_HOME to a folder that you may write.",
        ) from None
