"""What several processes counted, as one: sums of what only grows, also of those that are gone, and of gauges of those
that live. Knows names and numbers, not what they mean but for one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SHARE = "vestibule_local_share_ratio"
REQUESTS = "vestibule_requests_total"
_GROWS = frozenset({"counter", "histogram"})

Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]


class Family(msgspec.Struct, frozen=True):
    """The samples of one metric: each a name, its labels and a value."""

    name: str
    says: str
    kind: str
    samples: tuple[tuple[str, Labels, float], ...]


def families_of(registry: CollectorRegistry) -> tuple[Family, ...]:
    """What a registry holds now."""
    return tuple(
        Family(m.name, m.documentation, m.type, tuple((s.name, tuple(s.labels.items()), s.value) for s in m.samples))
        for m in registry.collect()
    )


def summed(living: Iterable[tuple[Family, ...]], gone: Iterable[tuple[Family, ...]] = ()) -> tuple[Family, ...]:
    """One set of families for all. No counter falls when a process ends: what it had counted stays in the sum."""
    known: dict[str, Family] = {}
    values: dict[str, dict[Key, float]] = {}
    for families, lives in [*((one, True) for one in living), *((one, False) for one in gone)]:
        for family in families:
            if lives or family.kind in _GROWS:
                known.setdefault(family.name, family)
                _add(values.setdefault(family.name, {}), family)
    _share(values)
    return tuple(
        Family(name, family.says, family.kind, tuple((n, labels, v) for (n, labels), v in values[name].items()))
        for name, family in known.items()
    )


def exposition(families: Iterable[Family]) -> bytes:
    """As Prometheus reads it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(families))
    return generate_latest(registry)


def _add(values: dict[Key, float], family: Family) -> None:
    for name, labels, value in family.samples:
        before = values.get((name, labels))
        if before is None:
            values[name, labels] = value
        elif name.endswith("_created"):
            values[name, labels] = min(before, value)
        else:
            values[name, labels] = before + value


def _share(values: dict[str, dict[Key, float]]) -> None:
    """A ratio of sums is no sum of ratios."""
    share = values.get(SHARE)
    if share is None:
        return
    answered = {"home": 0.0, "cloud": 0.0}
    for (name, labels), value in values.get(REQUESTS.removesuffix("_total"), {}).items():
        said = dict(labels)
        if name == REQUESTS and said.get("status") == "ok" and said.get("location") in answered:
            answered[said["location"]] += value
    total = sum(answered.values())
    share[SHARE, ()] = answered["home"] / total if total else math.nan


class _Counted(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.says, family.kind)
            for name, labels, value in family.samples:
                metric.add_sample(name, dict(labels), value)
            yield metric
