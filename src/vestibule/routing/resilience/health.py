"""What is known of how each model fares: its circuit breaker and its retry budget.

A model is one only together with the place it is at: the same name elsewhere starts anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from types import TracebackType

import structlog

from vestibule.core.clearance import Destination
from vestibule.core.errors import Fault, UpstreamFailed
from vestibule.core.settings import BreakerSettings
from vestibule.routing.catalogue import Model
from vestibule.routing.resilience.backoff import Backoff
from vestibule.routing.resilience.breaker import Breaker, Outcome, State, Trial
from vestibule.routing.resilience.budget import RetryBudget
from vestibule.routing.resilience.patience import Hurried

FAILURES: frozenset[Fault] = frozenset({"unreachable", "silent", "cut", "malformed", "overloaded", "failed"})
"""What speaks against a model. That it refused one request, or an API key, does not."""

_Key = tuple[str, Destination]

log = structlog.get_logger(__name__)


class Resting(UpstreamFailed):
    """The model was not asked: it rests."""


class Sending:
    """One request to a model, as its breaker sees it, while it is inside."""

    def __init__(self, model: Model, breaker: Breaker, before: State, trial: Trial) -> None:
        self._model = model
        self._breaker = breaker
        self._before: State = before
        self._trial: Trial | None = trial

    def __enter__(self) -> Sending:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, UpstreamFailed):
            self.failed(error)
        self.ended()
        _tell(self._model, self._before, self._breaker)

    def answered(self) -> None:
        self._settle_once("good")

    def failed(self, error: UpstreamFailed) -> None:
        if error.retry_after_s and error.fault in ("rate_limited", "overloaded"):
            self._settle_once("none")
            self._breaker.asks_to_rest(error.retry_after_s, error.fault)
        elif error.fault == "rate_limited" and error.retry_after_s is None:
            self._settle_once("none")
            self._breaker.asks_to_rest(None, error.fault)
        else:
            fails = error.fault in FAILURES and not isinstance(error, Hurried)
            self._settle_once("bad" if fails else "none")

    def ended(self) -> None:
        """For whatever reason; says nothing where it was answered or failed before."""
        self._settle_once("none")

    def _settle_once(self, outcome: Outcome) -> None:
        trial, self._trial = self._trial, None
        if trial:
            self._breaker.settle(trial, outcome)


class Health:
    def __init__(
        self,
        terms: BreakerSettings | None = None,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._terms = terms or BreakerSettings()
        self._clock = clock
        self._random = random or Random()
        self.backoff = Backoff(self._random)
        self._breakers: dict[_Key, Breaker] = {}
        self._budgets: dict[_Key, RetryBudget] = {}

    def rests_s(self, model: Model) -> float:
        """Seconds for which the model is not to be asked."""
        breaker = self._breakers.get(_key(model))
        return breaker.rests_for_s if breaker else 0.0

    def resting(self, model: Model) -> str:
        """Why the model is not to be asked now; empty where it may be."""
        breaker = self._breakers.get(_key(model))
        if breaker is None or breaker.state != "open":
            return ""
        seconds = f"resting for another {breaker.rests_for_s:.0f} s"
        return f"{seconds}, as it asked" if breaker.asked else f"{seconds}: it failed {breaker.failures} times"

    def sending(self, model: Model, *, insist: bool = False) -> Sending:
        """Ask leave to send a request, and learn from how it ends: `answered` must be called for one that was.

        Raise `Resting` where the model rests or is being probed by another request; see `Breaker.begin` for `insist`.
        """
        breaker = self._breaker(model)
        before = breaker.state
        trial = breaker.begin(insist=insist)
        if trial is None:
            raise self._resting(model, breaker)
        self.budget(model).asked()
        return Sending(model, breaker, before, trial)

    def budget(self, model: Model) -> RetryBudget:
        key = _key(model)
        if key not in self._budgets:
            self._budgets[key] = RetryBudget(self._clock)
        return self._budgets[key]

    def states(self) -> dict[str, str]:
        """The models that are not simply well, with why."""
        found = {}
        for (model, _), breaker in self._breakers.items():
            match breaker.state:
                case "open":
                    found[model] = f"resting for another {breaker.rests_for_s:.0f} s"
                case "half-open":
                    found[model] = "rested; the next request probes it"
        return found

    def _breaker(self, model: Model) -> Breaker:
        key = _key(model)
        if key not in self._breakers:
            self._breakers[key] = Breaker(self._terms, self._clock, self._random)
        return self._breakers[key]

    def _resting(self, model: Model, breaker: Breaker) -> Resting:
        rests_s = breaker.rests_for_s
        reason = self.resting(model) or "being probed by another request"
        return Resting(
            f"{model.id} is {reason}.",
            next_step="Ask again later, or another model.",
            fault=breaker.asked or "overloaded",
            retry_after_s=rests_s if breaker.asked and rests_s else None,
        )


def _key(model: Model) -> _Key:
    return model.id, model.provider.destination


def _tell(model: Model, before: State, breaker: Breaker) -> None:
    if breaker.state == "open" and before != "open":
        log.warning("model_rests", model=model.id, seconds=round(breaker.rests_for_s, 1), failures=breaker.failures)
    elif breaker.state == "closed" and before != "closed":
        log.info("model_recovered", model=model.id)
