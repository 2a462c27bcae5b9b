"""Requests per minute for each key, as a token bucket in this process. Knows no tenant, no money and no network."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from vestibule.core.errors import RateLimited
from vestibule.core.settings import SettingsError

BUCKETS = 65_536


class RequestRate:
    """A bucket per key holds `per_minute` tokens and refills steadily; one request takes one.

    At most `BUCKETS` keys are remembered; beyond that the key unused for longest starts again with a full bucket.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        if per_minute < 1:
            raise SettingsError(
                f"limits.requests_per_minute is {per_minute}: nobody could ask anything.", next_step="Use 1 or more."
            )
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key_id: str) -> None:
        """Take one token. Raise `RateLimited` with the seconds until there is one."""
        now = self._clock()
        tokens, updated_at = self._buckets.pop(key_id, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - updated_at) * self._per_second)
        admitted = tokens >= 1
        self._buckets[key_id] = (tokens - 1 if admitted else tokens, now)
        if len(self._buckets) > BUCKETS:
            self._buckets.popitem(last=False)
        if not admitted:
            raise RateLimited(
                f"This key may make {self._capacity:.0f} requests per minute.",
                retry_after_s=(1 - tokens) / self._per_second,
                next_step="Wait as long as Retry-After says, or raise limits.requests_per_minute.",
            )
