"""How often a model may be asked again, so that repetitions never make a server's bad hour worse.

Source: Finagle's `RetryBudget`, a token bucket: a share of the requests, and a floor for those who ask rarely.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.1
MOST = 10.0
PER_S = 0.2


class RetryBudget:
    """For one model at one place. Each request brings `share` of a repetition and each second `per_s`, until there are
    `most`."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        share: float = SHARE,
        most: float = MOST,
        per_s: float = PER_S,
    ) -> None:
        self._clock = clock
        self._share = share
        self._most = most
        self._per_s = per_s
        self._held = most
        self._at = clock()

    def asked(self) -> None:
        """A request was sent."""
        self._held = min(self._most, self._refilled() + self._share)

    def spend(self) -> bool:
        """Take one repetition; False where there is none."""
        self._held = self._refilled()
        if self._held < 1.0:
            return False
        self._held -= 1.0
        return True

    def _refilled(self) -> float:
        now = self._clock()
        passed, self._at = now - self._at, now
        return min(self._most, self._held + passed * self._per_s)
