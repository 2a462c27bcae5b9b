"""A long region in stretches, in which a pattern is looked for one after the other: `re` cannot be interrupted."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

STRETCH = 2048
CONTEXT = 64  # characters behind a match that its pattern may look ahead to


class Stretch(NamedTuple):
    """Matches in text[start:end] are to be found, with `context` characters behind it in sight."""

    start: int
    end: int
    context: int


def stretches(pattern: re.Pattern[str], start: int, end: int) -> Iterator[Stretch]:
    """Stretches such that every match in text[start:end] lies in one of them, and none there is cut short. They overlap
    by the length of the longest match; STRETCH characters are new in each, or that length if it is more."""
    while end - start > STRETCH:
        width = _width(pattern)
        border = start + max(STRETCH, width)
        if border + width >= end:
            break
        yield Stretch(start, border + width, width + CONTEXT)
        start = border
    yield Stretch(start, end, CONTEXT)


@lru_cache(maxsize=1024)
def _width(pattern: re.Pattern[str]) -> int:
    """The most characters that a match may have, as Python's own parser counts them."""
    return int(importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags).getwidth()[1])
