"""What one process of a host does for all of them: who holds the lock does it, and the next one when that is gone.

Knows a file, not what is done. The kernel drops the lock when its holder dies, however that was.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from vestibule.storage.private import open_lock

LOOK_S = 0.25


async def as_owner(path: Path, work: Callable[[], Awaitable[None]]) -> None:
    """Wait until no other process holds `path`, then do `work` and hold it meanwhile. Cancel it to let go.

    Raises `OSError` where the file cannot be made.
    """
    file = await asyncio.to_thread(_opened, path)
    try:
        while not _locked(file):  # noqa: ASYNC110  the kernel tells nobody that a lock is free
            await asyncio.sleep(LOOK_S)
        await work()
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open_lock(path)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
