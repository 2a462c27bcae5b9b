"""What is compared between arms: from which bounded values its mean is made, and which way is worse.

Seconds are compared as logarithms, between `SHORTEST_S` and `LONGEST_S`: their mean is the geometric one, which a few
very late answers do not carry away, and a difference is a ratio. Money is what models outside cost and what answering
at home took in energy and machine, cut off at `DEAREST_EUR` a request. The other metrics lie between 0 and 1 as they
are.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from vestibule.routing.experiments.statistics import Interval

Name = Literal["quality", "latency_s", "cost_eur", "failed", "thumbs_up", "thumbs_down"]

SHORTEST_S, LONGEST_S = 0.01, 600.0
DEAREST_EUR = 0.10


class Metric(msgspec.Struct, frozen=True):
    """`value` is SQL over a request's row (`r`) and its rating (`f`), null where it does not count; `span` how far two
    values can be apart."""

    name: Name
    value: str
    span: float = 1.0
    more_is_worse: bool = True
    is_ratio: bool = False

    def told(self, mean: float) -> float:
        """A mean in the metric's own unit."""
        return math.exp(mean) if self.is_ratio else mean

    def told_difference(self, between: float) -> float:
        """How much more: in the metric's unit, or of seconds as a share of the first arm's."""
        return math.expm1(between) if self.is_ratio else between

    def worse_by(self, between: Interval) -> float:
        """How much worse it surely is, in what `told_difference` says; negative where it is not."""
        return self.told_difference(between.low) if self.more_is_worse else -between.high


METRICS: dict[Name, Metric] = {
    metric.name: metric
    for metric in (
        Metric("quality", "r.quality", more_is_worse=False),
        Metric(
            "latency_s",
            "CASE WHEN r.outcome = 'answered' THEN"
            f" ln(least(greatest(r.duration_ms / 1000, {SHORTEST_S}), {LONGEST_S})) END",
            span=math.log(LONGEST_S / SHORTEST_S),
            is_ratio=True,
        ),
        Metric("cost_eur", f"least(r.cost_eur + coalesce(r.home_eur, 0), {DEAREST_EUR})", span=DEAREST_EUR),
        Metric("failed", "CASE WHEN (e ->> 'failed')::boolean THEN 1.0 ELSE 0.0 END"),
        Metric("thumbs_up", "CASE f.thumb WHEN 1 THEN 1.0 WHEN -1 THEN 0.0 END", more_is_worse=False),
        Metric("thumbs_down", "CASE f.thumb WHEN 1 THEN 0.0 WHEN -1 THEN 1.0 END"),
    )
}
