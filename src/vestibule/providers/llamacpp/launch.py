"""What parent and child must agree on. Imports nothing of llama.cpp: the parent never loads it."""

from __future__ import annotations

import msgspec

from vestibule.core.settings import CacheType

READY = b"ready\n"
COULD_NOT_LOAD = 3


class Launch(msgspec.Struct, frozen=True):
    """What to run. `context` is per slot, in tokens; `batch` tokens go through the layers at once. `socket` ends in
    `.sock` and lies alone in a private folder. `adapters` are LoRA files, which a request names by their place here.
    With `embedding` it turns texts into vectors and nothing else; `mean` where the file does not say how."""

    model: str
    socket: str
    context: int
    slots: int
    threads: int
    parent: int
    batch: int
    cache: CacheType = "f16"
    adapters: tuple[str, ...] = ()
    embedding: bool = False
    mean: bool = False
