"""A circuit breaker for one model at one place: closed, open while it rests, half-open while one request probes it.

Source: M. Nygard, "Release It!", chapter "Circuit Breaker". Knows no error and no model.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Literal

import msgspec

from vestibule.core.errors import Fault
from vestibule.core.settings import BreakerSettings

State = Literal["closed", "open", "half-open"]
Outcome = Literal["good", "bad", "none"]
LONGEST_ASKED_S = 3600.0
"""Who asks to be left alone for longer is asked once an hour whether that still holds."""


class Trial(msgspec.Struct, frozen=True):
    """Leave to send one request. `era` is the breaker's, which changes with its state: what began in another says
    nothing of this one."""

    era: int
    probe: bool


class Breaker:
    def __init__(self, terms: BreakerSettings, clock: Callable[[], float], random: Random) -> None:
        self._terms = terms
        self._clock = clock
        self._random = random
        self._era = 0
        self._open = False
        self._until = 0.0
        self._rests = 0
        self._probes = 0
        self._in_a_row = 0
        self._recent: deque[bool] = deque(maxlen=terms.window)
        self.failures = 0
        self.asked: Fault | None = None

    @property
    def state(self) -> State:
        if not self._open:
            return "closed"
        return "open" if self.rests_for_s > 0 else "half-open"

    @property
    def rests_for_s(self) -> float:
        """Seconds until it may be probed, 0 where it may be now. `failures` opened it, or it `asked` to rest."""
        return max(0.0, self._until - self._clock()) if self._open else 0.0

    def begin(self, *, insist: bool = False) -> Trial | None:
        """Leave to send, or None while it rests or is being probed. `insist` where there is nobody else to ask: then
        only a rest that it asked for itself is kept."""
        match self.state:
            case "closed":
                return Trial(self._era, probe=False)
            case "open" if self.asked or not insist:
                return None
            case "half-open" if self._probes and not insist:
                return None
        self._probes += 1
        return Trial(self._era, probe=True)

    def settle(self, trial: Trial, outcome: Outcome) -> None:
        """What became of it: "none" where that says nothing, as when the client left. Each trial is settled once."""
        if trial.era != self._era:
            return
        if trial.probe:
            self._probes -= 1
        if outcome == "good" and trial.probe:
            self._close()
        elif outcome == "bad" and trial.probe:
            self.failures += 1
            self._rest(self._own_rest_s(), asked=None)
        elif outcome != "none":
            self._count(failed=outcome == "bad")

    def asks_to_rest(self, seconds: float | None, fault: Fault) -> None:
        """It said how long it wants to be left alone, or only that it does (None)."""
        wanted = self._own_rest_s(self._terms.asked_rest_s) if seconds is None else min(seconds, LONGEST_ASKED_S)
        if wanted > self.rests_for_s:
            self._rest(wanted, asked=fault)

    def _count(self, *, failed: bool) -> None:
        self._recent.append(failed)
        self._in_a_row = self._in_a_row + 1 if failed else 0
        often = len(self._recent) == self._recent.maxlen and 2 * sum(self._recent) >= len(self._recent)
        if self._in_a_row >= self._terms.failures or often:
            self.failures = self._in_a_row if not often else sum(self._recent)
            self._rest(self._own_rest_s(), asked=None)

    def _own_rest_s(self, first_s: float | None = None) -> float:
        """Twice as long each time, and never the same for two processes."""
        rest_s = (self._terms.rest_s if first_s is None else first_s) * 2.0 ** min(self._rests, 16)
        return min(rest_s, self._terms.longest_rest_s) * self._random.uniform(1.0, 1.25)

    def _rest(self, seconds: float, *, asked: Fault | None) -> None:
        self._era += 1
        self._open = True
        self._until = self._clock() + seconds
        self._rests += 1
        self._probes = 0
        self.asked = asked

    def _close(self) -> None:
        self._era += 1
        self._open = False
        self._rests = self._probes = self._in_a_row = self.failures = 0
        self._recent.clear()
        self.asked = None
