"""What recent measurements come to, so that a few wild ones do not count: a median, and a line through points.

The line is Theil's incomplete one (H. Theil, A rank-invariant method of linear and polynomial regression analysis,
1950): sorted by x, each point of the lower half makes a pair with one of the upper half; the median of their slopes is
the slope, the median of what is left the intercept. A quarter of the points may be anything. It takes n / 2 slopes and
not the n² / 2 of Sen's (1968): 30 us for a window of 64.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

WINDOW = 64
ALWAYS_UP_TO = 16
"""So many measurements count at once; from then on they do eight at a time, which spares most of the work."""
EVERY = 8
ENOUGH = 8


class Middle:
    """The median of the last `WINDOW` values, `otherwise` before the first."""

    __slots__ = ("_values", "count", "value")

    def __init__(self, otherwise: float = 0.0) -> None:
        self._values: deque[float] = deque(maxlen=WINDOW)
        self.count = 0
        self.value = otherwise

    def add(self, value: float) -> None:
        self._values.append(value)
        self.count += 1
        if _is_due(self.count):
            self.value = median(self._values)


class Most:
    """What nineteen of twenty of the last `WINDOW` values do not exceed, and at least `least`; None until `ENOUGH`
    there are."""

    __slots__ = ("_count", "_least", "_values", "value")

    def __init__(self, least: float) -> None:
        self._values: deque[float] = deque(maxlen=WINDOW)
        self._count = 0
        self._least = least
        self.value: float | None = None

    def add(self, value: float) -> None:
        self._values.append(value)
        self._count += 1
        if self._count >= ENOUGH and _is_due(self._count):
            ordered = sorted(self._values)
            self.value = max(ordered[math.ceil(0.95 * len(ordered)) - 1], self._least)


class Line:
    """y by x. Neither slope nor intercept is ever below 0: nothing takes less than no time."""

    __slots__ = ("_points", "count", "intercept", "slope")

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self.count = 0
        self.slope = 0.0
        self.intercept = 0.0

    def add(self, x: float, y: float) -> None:
        self._points.append((x, y))
        self.count += 1
        if _is_due(self.count):
            self._fit()

    def at(self, x: float) -> float:
        return self.intercept + self.slope * x

    def _fit(self) -> None:
        points = sorted(self._points)
        half = (len(points) + 1) // 2
        pairs = zip(points, points[half:], strict=False)
        slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs if x2 > x1]
        self.slope = max(median(slopes), 0.0) if slopes else 0.0
        self.intercept = median(y - self.slope * x for x, y in points)
        if self.intercept < 0.0:
            self.intercept = 0.0
            self.slope = median(y / x for x, y in points if x > 0)


def _is_due(count: int) -> bool:
    return count <= ALWAYS_UP_TO or count % EVERY == 0
