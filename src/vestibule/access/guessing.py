"""Counts who tries keys that are none, for each address. Knows no key: who has a good one is never asked about here."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from vestibule.access.grant import address_of
from vestibule.core.errors import RateLimited

FAILURES_PER_MINUTE = 20
REMEMBERED = 16_384


class Guessing:
    """A bucket for each address, refilling steadily; of IPv6 for each /64, which one guesser has whole."""

    def __init__(self, per_minute: int = FAILURES_PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def failed(self, peer: str | None) -> None:
        """Count a credential that is none. Raise `RateLimited` when there were too many."""
        now, where = self._clock(), _place(peer)
        tokens, updated_at = self._buckets.pop(where, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - updated_at) * self._per_second)
        self._buckets[where] = (max(0.0, tokens - 1), now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if tokens < 1:
            raise RateLimited(
                "Too many unknown keys came from this address.",
                retry_after_s=(1 - tokens) / self._per_second,
                next_step="Wait as long as Retry-After says, and use a key that `vestibule keys list` shows as active.",
            )


def _place(peer: str | None) -> str:
    address = address_of(peer)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
