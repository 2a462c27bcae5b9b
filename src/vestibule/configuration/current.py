"""The version in force as every request takes it: one reference, swapped whole. Knows no storage and no rule.

A worker that has not heard for a while which version is live does not know what has been tightened meanwhile, and says
so: `stale` is what closes the way out of the house.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import msgspec

from vestibule.core.configuration import Configuration

MISSED_S = 5.0

Swap = Callable[[], None]
Build = Callable[[Configuration], Swap]
"""What takes a part of a version up: builds it, off the event loop and with a `VestibuleError` where that cannot be
done, and gives what puts it in force, which takes no time and cannot fail."""


class Prepared(msgspec.Struct, frozen=True):
    """A version that only has to be put in force."""

    configuration: Configuration
    swaps: tuple[Swap, ...]


class Configurations:
    """`current` is a value that does not change under whoever took it. What is `joined` is swapped in the same step, so
    that nobody sees one part of a version without the others."""

    def __init__(self, current: Configuration | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.current = current or Configuration()
        self.trouble = ""
        self._clock = clock
        self._confirmed_at: float | None = None
        self._builds: list[Build] = []

    def join(self, build: Build) -> None:
        """Have `build` take up the version in force and every one after it."""
        build(self.current)()
        self._builds.append(build)

    def prepare(self, configuration: Configuration) -> Prepared:
        """Build all that a version needs. Blocks; raise a `VestibuleError` where it cannot be taken up."""
        return Prepared(configuration, tuple(build(configuration) for build in self._builds))

    def become(self, prepared: Prepared) -> None:
        """Put it in force, from the next request on."""
        self.current = prepared.configuration
        for swap in prepared.swaps:
            swap()

    def expect(self) -> None:
        """From now on it has to be confirmed again and again that the version in force is the live one."""
        self._confirmed_at = -math.inf

    def confirm(self, at: float) -> None:
        """At that time (`clock`) the version in force was the live one."""
        self._confirmed_at = at
        self.trouble = ""

    @property
    def stale(self) -> str:
        """Why nothing may leave the house for now, "" while the version in force is known to be the live one."""
        since_s = 0.0 if self._confirmed_at is None else self._clock() - self._confirmed_at
        if since_s <= MISSED_S:
            return ""
        when = "yet" if math.isinf(since_s) else f"for {since_s:.0f} s"
        why = f": {self.trouble}" if self.trouble else ""
        return f"it is not known here {when} which version of the configuration is live{why}"
