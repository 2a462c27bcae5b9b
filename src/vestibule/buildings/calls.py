"""What a question asks of the data, once it has been read: which typed function, of what, over which period."""

from __future__ import annotations

from typing import Literal

import msgspec

from vestibule.core.evidence import Period, Utility

Tool = Literal[
    "consumption",
    "total",
    "comparison",
    "ranking",
    "peaks",
    "profile",
    "anomalies",
    "explain",
    "data_quality",
    "portfolio",
]
Metric = Literal["total", "per_m2", "cost", "peak", "mean"]
Direction = Literal["high", "low"]


class AnalyticCall(msgspec.Struct, frozen=True):
    """`buildings` are ids of the portfolio. `second_period` is what `period` is compared with."""

    tool: Tool
    buildings: tuple[str, ...]
    utility: Utility | None
    period: Period
    second_period: Period | None = None
    metric: Metric | None = None
    direction: Direction | None = None
