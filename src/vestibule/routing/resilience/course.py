"""Which model is asked next, how, and after how long: decided from the plan and from what failed so far.

Sends nothing and waits for nothing; see `attempts.py`. Knows no text.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Literal

import msgspec

from vestibule.core.errors import Fault, InvalidRequest, UpstreamFailed, VestibuleError
from vestibule.core.settings import ResilienceSettings
from vestibule.routing.catalogue import Model
from vestibule.routing.plan import Candidate
from vestibule.routing.resilience.backoff import Backoff
from vestibule.routing.resilience.deadline import Deadline
from vestibule.routing.resilience.health import Health, Resting
from vestibule.routing.resilience.repetition import BeginsAnew

Way = Literal["afresh", "onward", "repeat", "mended"]
"""How an answer is asked for: nothing was said yet; going on from what was said, which the model is shown as its own
words; told once more from the beginning, to be compared with what was said; or told once more, shown what was wrong
with it, where the caller has nothing of it yet."""

AGAIN: dict[Fault, int] = {"failed": 1, "cut": 1, "overloaded": 2, "rate_limited": 2}
"""How often the same model is asked again after a fault, at most. Not at all where waiting was in vain (silent), nobody
is there (unreachable), or it would say the same again (malformed, refused, key)."""
AT_ONCE = 8
"""How often it is where it says so itself: a provider with another API key to try."""
RATE_LIMITED_S = 1.0
"""How long one is left alone that gets too many requests and does not say for how long."""
RECOVERIES = 3
BROKEN_OFF: frozenset[Fault] = frozenset({"silent", "cut", "malformed", "overloaded", "failed"})


class Try(msgspec.Struct, frozen=True):
    """`wait_s` comes first."""

    candidate: Candidate
    way: Way = "afresh"
    wait_s: float = 0.0


class Course:
    """Of one request. `prefills` says whether its answer may be gone on with by a model that can, `streams` whether the
    caller gets it as it comes: else nobody has seen what broke off, and another may be told in its place."""

    def __init__(
        self,
        candidates: Iterable[Candidate],
        health: Health,
        settings: ResilienceSettings,
        deadline: Deadline,
        *,
        prefills: bool,
        streams: bool = True,
        backoff: Backoff | None = None,
    ) -> None:
        self._ahead = deque(Try(candidate) for candidate in candidates)
        self._health = health
        self._settings = settings
        self._deadline = deadline
        self._prefills = prefills
        self._anew: Way = "repeat" if streams else "afresh"
        self._backoff = backoff or health.backoff
        self._repetitions: Counter[str] = Counter()
        self._taken_up: set[str] = set()
        self.failures: list[tuple[str, VestibuleError]] = []
        self._broken_off = 0

    def next(self) -> Try | None:
        return self._ahead.popleft() if self._ahead else None

    @property
    def has_more(self) -> bool:
        return bool(self._ahead)

    @property
    def broke_off(self) -> bool:
        """Whether the caller has the beginning of an answer."""
        return self._broken_off > 0 and self._anew == "repeat"

    def mend(self, tried: Try, error: VestibuleError) -> None:
        """Note an answer that is not what was asked for, and have the same model asked once more."""
        self.failures.append((tried.candidate.model.id, error))
        if self._deadline.left_s > 0:
            self._ahead.appendleft(Try(tried.candidate, "mended"))
        else:
            self._ahead.clear()

    def failed(self, tried: Try, error: VestibuleError, *, went_on: bool) -> None:
        """Note what became of a try, and whether text of it was released: the next may go on with that."""
        self.failures.append((tried.candidate.model.id, error))
        if self._deadline.left_s <= 0:
            self._ahead.clear()
        elif went_on:
            self._take_up(tried.candidate, error)
        elif tried.way == "afresh" or _has_another_key(error):
            self._ask_again(tried, error)
        elif not (tried.way == "onward" and _is_refusal(error)):
            # no use in having it told again by a model that cannot be had; one that takes no beginning can tell it
            self._ahead = deque(t for t in self._ahead if t.candidate != tried.candidate)

    def _take_up(self, broken: Candidate, error: VestibuleError) -> None:
        """Those that can go on first, the next in the plan before the one that broke off; then those that have to
        begin again, of which the one that broke off is the likeliest to say the same."""
        rest = list({t.candidate.model.id: t.candidate for t in self._ahead if t.candidate != broken}.values())
        self._ahead.clear()
        self._broken_off += 1
        if not isinstance(error, UpstreamFailed) or error.fault not in BROKEN_OFF or self._broken_off > RECOVERIES:
            return
        same = [broken] if self._may_take_up(broken, error, alone=not rest) else []
        self._taken_up.add(broken.model.id)
        self._ahead.extend(Try(c, "onward") for c in (*rest, *same) if self._can_go_on(c))
        self._ahead.extend(Try(c, self._anew) for c in (*same, *rest))

    def _may_take_up(self, broken: Candidate, error: UpstreamFailed, *, alone: bool) -> bool:
        """Once, and not after a silence unless there is nobody else."""
        if broken.model.id in self._taken_up or (error.fault == "silent" and not alone):
            return False
        return self._health.budget(broken.model).spend()

    def _can_go_on(self, candidate: Candidate) -> bool:
        return self._prefills and candidate.model.provider.continues

    def _ask_again(self, tried: Try, error: VestibuleError) -> None:
        wait_s = self._wait_s(tried, error) if isinstance(error, UpstreamFailed) else None
        if wait_s is not None:
            self._repetitions[tried.candidate.model.id] += 1
            self._ahead.appendleft(Try(tried.candidate, tried.way, wait_s))

    def _wait_s(self, tried: Try, error: UpstreamFailed) -> float | None:
        """How long to wait before the same model is asked again; None where it is not."""
        again = self._repetitions[tried.candidate.model.id] + 1
        if _has_another_key(error):
            return 0.0 if again <= AT_ONCE else None
        if again > min(AGAIN.get(error.fault, 0), self._settings.retries) or (
            isinstance(error, Resting) and self._ahead
        ):
            return None
        wait_s = self._wanted_s(tried.candidate.model, error, again)
        if wait_s is None or wait_s > self._deadline.left_s or not self._health.budget(tried.candidate.model).spend():
            return None
        return wait_s

    def _wanted_s(self, model: Model, error: UpstreamFailed, again: int) -> float | None:
        if error.fault == "cut":  # a connection that died: a fresh one may be had at once
            return 0.0
        asked_s = RATE_LIMITED_S if error.fault == "rate_limited" else 0.0
        if error.retry_after_s is not None:
            asked_s = error.retry_after_s
        least_s = max(asked_s, self._health.rests_s(model))
        return self._backoff.wait_s(again, at_least_s=least_s) if least_s <= self._settings.longest_wait_s else None


def _has_another_key(error: VestibuleError) -> bool:
    return isinstance(error, UpstreamFailed) and error.retry_after_s == 0


def _is_refusal(error: VestibuleError) -> bool:
    """Of a beginning, in words or in deeds: the request itself it may take."""
    refused = isinstance(error, UpstreamFailed) and error.fault == "refused"
    return refused or isinstance(error, (InvalidRequest, BeginsAnew))
