"""How long models at home worked for an answer, when they worked for others at the same time.

Seconds in which n answers are made count 1/n for each (processor sharing: L. Kleinrock, Time-shared systems: a
theoretical treatment, J. ACM 14, 1967): all answers together come to exactly the seconds in which any was made, so that
no watt is counted twice and none is lost. Counts in this process alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

import msgspec

from vestibule.core.configuration import Energy


class Used(msgspec.Struct, frozen=True):
    """The part of an answer in what was drawn: seconds of its model's `watts`, and seconds of the machine."""

    watts: float = 0.0
    model_s: float = 0.0
    machine_s: float = 0.0


class SharedTime:
    """Time that passes the slower the more are there."""

    __slots__ = ("_clock", "_passed_s", "_since", "present")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()
        self._passed_s = 0.0
        self.present = 0

    def enter(self) -> float:
        now_s = self._advance()
        self.present += 1
        return now_s

    def leave(self, entered_s: float) -> float:
        """Return what passed since."""
        now_s = self._advance()
        self.present -= 1
        return now_s - entered_s

    def _advance(self) -> float:
        now = self._clock()
        if self.present:
            self._passed_s += (now - self._since) / self.present
        self._since = now
        return self._passed_s


class EnergyMeter:
    """Models whose watts are stated draw them for themselves; the others share what is stated for all of them."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._machine = SharedTime(clock)
        self._others = SharedTime(clock)
        self._named: dict[str, SharedTime] = {}

    def answering(self, model_id: str, energy: Energy) -> Answering:
        """Inside of it the model answers. To be entered once."""
        watts = energy.watts.get(model_id)
        if watts is None:
            return Answering(self._others, self._machine, energy.watts_otherwise)
        named = self._named.get(model_id)
        if named is None:
            named = self._named[model_id] = SharedTime(self._clock)
        return Answering(named, self._machine, watts)

    def at_once(self, model_id: str, energy: Energy) -> int:
        """How many share the watts of the model now."""
        named = self._named.get(model_id) if model_id in energy.watts else self._others
        return named.present if named else 0


class Answering:
    __slots__ = ("_machine", "_machine_at", "_model", "_model_at", "_watts", "used")

    def __init__(self, model: SharedTime, machine: SharedTime, watts: float) -> None:
        self._model = model
        self._machine = machine
        self._watts = watts
        self._model_at = 0.0
        self._machine_at = 0.0
        self.used = Used()

    def __enter__(self) -> Answering:
        self._model_at, self._machine_at = self._model.enter(), self._machine.enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.used = Used(self._watts, self._model.leave(self._model_at), self._machine.leave(self._machine_at))
