"""What is counted, in Prometheus' format. Knows numbers and bounded labels; never a text, a key or a tenant.

A label value that callers could invent becomes "other", so that no client can grow the registry.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from vestibule.telemetry.families import Family, exposition, families_of

OTHER = "other"
CONTENT_TYPE = CONTENT_TYPE_LATEST

_LOCATIONS = frozenset({"home", "cloud", "none"})
_CLASSES = frozenset({"public", "internal", "confidential", "restricted"})
_DECISIONS = frozenset({"home", "cloud", "refused"})
_LEVELS = frozenset({"exact", "semantic"})
_RESULTS = frozenset({"hit", "miss", "bypass"})
_PREDICTED = frozenset({"first_token", "finish"})
_STATUS = re.compile(r"[a-z_]{2,32}")
_STATUSES_AT_MOST = 64
_LABELLED = 1024
_DURATIONS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_ERRORS = (-0.75, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Metrics:
    """One process's counters, in a registry of their own. `models` names the models that may become labels."""

    def __init__(self, models: Callable[[], Collection[str]] = tuple) -> None:
        self._models = models
        self._statuses: set[str] = set()
        self._answered = {"home": 0, "cloud": 0}
        self._together: Callable[[], Awaitable[bytes]] | None = None
        self._registry = registry = CollectorRegistry()
        requests = Counter(
            "vestibule_requests", "Chat requests by how they ended.", ["model", "location", "status"], registry=registry
        )
        self._duration = Histogram(
            "vestibule_request_duration_seconds",
            "From the request's arrival to its record.",
            buckets=_DURATIONS_S,
            registry=registry,
        )
        self._first_token = Histogram(
            "vestibule_time_to_first_token_seconds",
            "From the request's arrival to the first piece of its answer.",
            buckets=_DURATIONS_S,
            registry=registry,
        )
        egress = Counter("vestibule_egress", "Decisions of the egress gate.", ["class", "decision"], registry=registry)
        attempts = Counter(
            "vestibule_attempts",
            "Tries to have a model answer, by what became of them.",
            ["model", "outcome"],
            registry=registry,
        )
        cache = Counter("vestibule_cache_lookups", "Cache look-ups.", ["level", "result"], registry=registry)
        waiting = Gauge(
            "vestibule_queue_waiting", "Requests that wait for a turn at the model.", ["model"], registry=registry
        )
        self._waited = Histogram(
            "vestibule_queue_wait_seconds",
            "From asking for a turn at a model that serves so many at once to having it.",
            buckets=_DURATIONS_S,
            registry=registry,
        )
        self._shared = Counter(
            "vestibule_shared", "Requests answered by the generation of an identical one.", registry=registry
        )
        self._suspect = Counter(
            "vestibule_suspect_passages",
            "Passages found for a question that speak to the model instead of the reader.",
            registry=registry,
        )
        self._batch_requests = Counter(
            "vestibule_batch_requests",
            "Requests of batches by what became of each try.",
            ["outcome"],
            registry=registry,
        )
        self._audit_lost = Counter(
            "vestibule_audit_lost", "Notes that never reached the audit trail; it holds how many.", registry=registry
        )
        prediction_error = Histogram(
            "vestibule_prediction_error_ratio",
            "How far off a prediction was, as a share of what was observed: below 0 it took longer than predicted.",
            ["model", "of"],
            buckets=_ERRORS,
            registry=registry,
        )
        share = Gauge(
            "vestibule_local_share_ratio",
            "Share of the answers given at home since the start; NaN before the first.",
            registry=registry,
        )
        share.set_function(self._local_share)
        # looking a labelled counter up costs several times what counting does
        self._requests_of = lru_cache(_LABELLED)(requests.labels)
        self._egress_of = lru_cache(_LABELLED)(egress.labels)
        self._attempts_of = lru_cache(_LABELLED)(attempts.labels)
        self._cache_of = lru_cache(_LABELLED)(cache.labels)
        self._prediction_error_of = lru_cache(_LABELLED)(prediction_error.labels)
        self._waiting_of = lru_cache(_LABELLED)(waiting.labels)

    def answered(
        self, model: str, location: str, status: str, duration_s: float, first_token_s: float | None = None
    ) -> None:
        """Count a request that ended: `status` is "ok", "cancelled" or an error code; seconds since its arrival."""
        known = model if model == "none" or model in self._models() else OTHER
        self._requests_of(known, _bounded(location, _LOCATIONS), self._status(status)).inc()
        self._duration.observe(duration_s)
        if first_token_s is not None:
            self._first_token.observe(first_token_s)
        if status == "ok" and location in self._answered:
            self._answered[location] += 1

    def egress(self, level: str, decision: str) -> None:
        """Count a decision of the gate: the privacy class, and "home", "cloud" or "refused"."""
        self._egress_of(_bounded(level, _CLASSES), _bounded(decision, _DECISIONS)).inc()

    def attempted(self, model: str, outcome: str) -> None:
        """Count a try: "answered", a fault or an error code."""
        self._attempts_of(model if model in self._models() else OTHER, self._status(outcome)).inc()

    def cache(self, level: str, result: str) -> None:
        """Count a look-up: the level "exact" or "semantic", and "hit", "miss" or "bypass"."""
        self._cache_of(_bounded(level, _LEVELS), _bounded(result, _RESULTS)).inc()

    def queue_waiting(self, model: str, count: int) -> None:
        """Say how many wait for a turn at the model now."""
        self._waiting_of(model if model in self._models() else OTHER).set(count)

    def queue_waited(self, wait_s: float) -> None:
        """Count a turn that was had, and the seconds that were waited for it."""
        self._waited.observe(wait_s)

    def predicted(self, model: str, of: str, error: float) -> None:
        """Count how far off a prediction was of "first_token" or "finish": (predicted - observed) / observed."""
        known = model if model in self._models() else OTHER
        self._prediction_error_of(known, _bounded(of, _PREDICTED)).observe(error)

    def shared(self) -> None:
        """Count a request that was answered by the generation of another."""
        self._shared.inc()

    def suspect(self, count: int) -> None:
        """Count passages that were found for a question and bear marks of an injection."""
        self._suspect.inc(count)

    def batch_request(self, outcome: str) -> None:
        """Count a try at a request of a batch: "answered", "refused", or "put_back" to be tried again."""
        self._batch_requests.labels(self._status(outcome)).inc()

    def audit_lost(self, count: int) -> None:
        """Count notes that the audit trail had to let go."""
        self._audit_lost.inc(count)

    def exposition(self) -> bytes:
        """Render everything counted by this process, as `CONTENT_TYPE` says."""
        return exposition(self.families())

    def families(self) -> tuple[Family, ...]:
        """Everything counted by this process, to be summed with what others counted."""
        return families_of(self._registry)

    def shared_by(self, together: Callable[[], Awaitable[bytes]]) -> None:
        """Say what `together` does where the sum of several processes is asked for."""
        self._together = together

    async def sum(self) -> bytes:
        """Render everything counted by this process and those beside it."""
        return await self._together() if self._together else self.exposition()

    def _local_share(self) -> float:
        total = sum(self._answered.values())
        return self._answered["home"] / total if total else float("nan")

    def _status(self, status: str) -> str:
        if status not in self._statuses:
            if not _STATUS.fullmatch(status) or len(self._statuses) >= _STATUSES_AT_MOST:
                return OTHER
            self._statuses.add(status)
        return status


def _bounded(value: str, allowed: frozenset[str]) -> str:
    return value if value in allowed else OTHER
