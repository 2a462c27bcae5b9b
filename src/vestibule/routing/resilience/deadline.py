"""The time a caller gives: for all attempts together, waiting included."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from vestibule.core.errors import DeadlineExceeded


class Deadline:
    """`at` is in seconds of `clock`, None for no end."""

    def __init__(self, within_s: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.at = None if within_s is None else clock() + within_s

    @classmethod
    def of(cls, within_s: float | None, elapsed_s: float) -> Deadline:
        """What is left of the time given after `elapsed_s` of it."""
        return cls(None if within_s is None else within_s - elapsed_s)

    @property
    def left_s(self) -> float:
        return math.inf if self.at is None else self.at - self._clock()

    def require(self) -> None:
        """Raise `DeadlineExceeded` where it has passed."""
        if self.left_s <= 0:
            raise self.exceeded()

    async def sleep(self, seconds: float) -> None:
        """Raise `DeadlineExceeded` once it has passed."""
        if seconds > 0:
            await asyncio.sleep(min(seconds, max(0.0, self.left_s)))
        self.require()

    def exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            "There was no whole answer within the time given.",
            next_step="Give more with `vestibule.route.deadline_s`, or ask a faster model.",
        )
