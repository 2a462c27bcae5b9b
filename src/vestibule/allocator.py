"""How the C library is told to give memory back: glibc keeps what is freed, for whoever allocates next.

Measured on one worker: 17 MB after a start, and more with every thread that has an arena of its own. Does nothing where
there is another C library.
"""

from __future__ import annotations

import ctypes

LARGE = 1_048_576
"""Bytes from which on an allocation is mapped by itself and unmapped when freed. Left alone glibc raises that to the
largest one it has seen freed, which here are 24 MB of weights."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of malloc.h
_ARENAS = 2


def restrain() -> None:
    """Set the limits; before the first thread, so that it holds for all."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE), (_ARENA_MAX, _ARENAS)):
            mallopt(option, value)


def give_back() -> None:
    """Return to the system what is free now. Takes milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
