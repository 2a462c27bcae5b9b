"""Which limits hold for whom: what an administrator set, else what the settings say of that one, else of each; and of
that no more than the version of the configuration in force allows."""

from __future__ import annotations

from collections.abc import Mapping

from vestibule.access.limits.claims import NANO, UNLIMITED, Ceiling, Kind, Subject
from vestibule.core.configuration import Budgets
from vestibule.core.settings import Allowance, Limits

REMEMBERED = 65_536


class Rules:
    def __init__(self, limits: Limits) -> None:
        of_a_key = limits.each_key.over(Allowance(requests_per_minute=limits.requests_per_minute))
        self._each: dict[Kind, Allowance] = {"key": of_a_key, "tenant": limits.each_tenant, "model": limits.each_model}
        self._named: dict[Kind, Mapping[str, Allowance]] = {
            "key": limits.keys,
            "tenant": limits.tenants,
            "model": limits.models,
        }
        self._stored: Mapping[str, Allowance] = {}
        self._most: dict[Kind, Mapping[str, Allowance]] = {}
        self._known: dict[tuple[Kind, str], Ceiling] = {}

    def become(self, stored: Mapping[str, Allowance]) -> None:
        """Hold what is stored now, by the names of the subjects ("key:…"), from the next request on."""
        if stored != self._stored:
            self._stored = stored
            self._known = {}

    def restrain(self, budgets: Budgets) -> None:
        """Allow nobody more than these say, from the next request on."""
        self._most = {"key": budgets.keys, "tenant": budgets.tenants, "model": budgets.models}
        self._known = {}

    def allowance(self, kind: Kind, name: str) -> Allowance:
        stored = self._stored.get(f"{kind}:{name}", Allowance())
        said = stored.over(self._named[kind].get(name, Allowance())).over(self._each[kind])
        most = self._most.get(kind, {}).get(name)
        return said if most is None else said.least(most)

    def ceiling(self, kind: Kind, name: str, tenant: str = "") -> Ceiling:
        known = self._known.get((kind, name))
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[kind, name] = _ceiling(Subject.of(kind, name, tenant), self.allowance(kind, name))
        return known


def _ceiling(subject: Subject, allowed: Allowance) -> Ceiling:
    return Ceiling(
        subject,
        allowed.requests_per_minute or UNLIMITED,
        allowed.tokens_per_minute or UNLIMITED,
        allowed.concurrency or UNLIMITED,
        allowed.tokens_per_day,
        None if allowed.eur_per_month is None else round(allowed.eur_per_month * NANO),
    )
