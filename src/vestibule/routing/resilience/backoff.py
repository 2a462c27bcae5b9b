"""How long to wait before asking the same model again. Knows no fault and no clock.

Source: "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), full jitter: of the schedules compared there the
one with the fewest calls until all are served.
"""

from __future__ import annotations

from random import Random

BASE_S = 0.25
MOST_S = 4.0


class Backoff:
    def __init__(self, random: Random | None = None, base_s: float = BASE_S, most_s: float = MOST_S) -> None:
        self._random = random or Random()
        self._base_s = base_s
        self._most_s = most_s

    def wait_s(self, again: int, at_least_s: float = 0.0) -> float:
        """Seconds before the `again`-th repetition (1 is the first): `at_least_s`, which may be a Retry-After, and on
        top of it anything up to `base_s`, doubled each time and bounded by `most_s`."""
        return at_least_s + self._random.uniform(0.0, min(self._most_s, self._base_s * 2 ** (again - 1)))
