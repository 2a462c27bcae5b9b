"""Those who wait, by tenant: whose turn is next, who is last, and how many go before somebody who comes now.

Fair between tenants, by max-min fairness of what they hold (Bertsekas and Gallager, Data Networks, 6.5.2): the tenant
with the fewest slots is next, and of equals the one whose last turn is longest ago, which with one slot is round robin
(Nagle, RFC 970, 1985). Within a tenant whoever came first. Knows neither time nor slots.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Waiter = TypeVar("Waiter", bound=Hashable)


class Line(Generic[Waiter]):
    def __init__(self) -> None:
        self._tenants: dict[str, OrderedDict[Waiter, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, tenant: str, waiter: Waiter) -> None:
        self._tenants.setdefault(tenant, OrderedDict())[waiter] = None
        self._count += 1

    def remove(self, tenant: str, waiter: Waiter) -> None:
        """Take it out, if it is there."""
        waiting = self._tenants.get(tenant)
        if waiting is not None and waiter in waiting:
            del waiting[waiter]
            self._shorter(tenant, waiting)

    def pop(self, rank: Callable[[str], tuple[int, int]]) -> Waiter:
        """Take the first of the tenant with the lowest `rank`."""
        tenant = min(self._tenants, key=rank)
        waiting = self._tenants[tenant]
        waiter, _ = waiting.popitem(last=False)
        self._shorter(tenant, waiting)
        return waiter

    def pop_of_longest(self, longer_than: int) -> Waiter | None:
        """Take the last comer of the tenant with the most waiting, if those are more than `longer_than`.

        This is what keeps a queue without room fair: whoever fills it pays for it (McKenney, Stochastic Fairness
        Queueing, INFOCOM 1990).
        """
        tenant = max(self._tenants, key=lambda name: len(self._tenants[name]), default=None)
        if tenant is None or len(self._tenants[tenant]) <= longer_than:
            return None
        waiting = self._tenants[tenant]
        waiter, _ = waiting.popitem()
        self._shorter(tenant, waiting)
        return waiter

    def of(self, tenant: str) -> int:
        return len(self._tenants.get(tenant, ()))

    def ahead(self, tenant: str) -> int:
        """How many go before the next one of `tenant`: its own, and of each other tenant at most one more."""
        own = self.of(tenant)
        return own + sum(min(len(waiting), own + 1) for name, waiting in self._tenants.items() if name != tenant)

    def _shorter(self, tenant: str, waiting: OrderedDict[Waiter, None]) -> None:
        self._count -= 1
        if not waiting:
            del self._tenants[tenant]
