"""What parent and child must agree on. Imports nothing of llama.cpp: the parent never loads it."""

from __future__ import annotations

import msgspec

from vestibule.core.settings import CacheType

READY = b"ready\n"
COULD_NOT_LOAD = 3


class Launch(msgspec.Struct, frozen=True):
    """What to run. `context` is per slot, in tokens. `socket` ends in `.sock` and lies alone in a private folder."""

    model: str
    socket: str
    context: int
    slots: int
    threads: int
    parent: int
    cache: CacheType = "f16"
