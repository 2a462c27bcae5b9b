"""What one request costs, from the first attempt to its report: predicted, drawn at home, and against the cloud.

Money that left is counted where budgets are kept, and told to this one at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from vestibule.core.answer import CostReport, Location, Predicted, Usage
from vestibule.core.configuration import Configuration
from vestibule.routing.cost.costs import Cost, Costing, Costs
from vestibule.routing.cost.energy import Used

_NANO = 9
"""Digits behind the point that are told of an amount."""


class Expected(msgspec.Struct, frozen=True):
    """What was foreseen of the last attempt: its times, and its cost, None where no price is known."""

    time: Predicted
    eur: float | None


class Account:
    """`cloud_eur` is what the same tokens would have cost outside, None where that is not known or not yet."""

    __slots__ = ("cloud_eur", "costs", "expected", "home", "on")

    def __init__(self, costs: Costs, on: date) -> None:
        self.costs = costs
        self.on = on
        self.home: Cost | None = None
        self.cloud_eur: float | None = None
        self.expected: Expected | None = None

    @property
    def home_eur(self) -> float:
        return self.home.eur or 0.0 if self.home else 0.0

    def expect(self, model: str, location: Location, usage: Usage, time: Predicted, at_once: int) -> None:
        """Note what an attempt is foreseen to take, before it waits for its turn."""
        seconds = None if time.finish_s is None else time.finish_s - (time.wait_s or 0.0)
        cost = self.costs.estimate(model, location, usage, self.on, seconds=seconds, at_once=at_once)
        self.expected = Expected(time, cost.eur)

    def draw(self, used: Used) -> None:
        """Note what an attempt at home took, whatever became of it."""
        cost = self.costs.at_home(used)
        self.home = cost if self.home is None else self.home + cost

    def settle(
        self,
        tenant: str,
        spent_eur: float,
        model: str,
        location: Location,
        usage: Usage | None,
        elsewhere: Iterable[str],
    ) -> CostReport:
        """The report of an answer by `model`. `spent_eur` went outside; `elsewhere` are the models there that could
        have answered."""
        amount = spent_eur + self.home_eur
        known = location == "home" or self.costs.prices.on(model, self.on) is not None
        saved = self.costs.saved(amount, elsewhere, usage, self.on) if known else None
        self.cloud_eur = None if saved is None else saved + amount
        currency, rate = self.costs.currency_of(tenant)
        return CostReport(
            round(amount * rate, _NANO),
            currency,
            None if saved is None else round(saved * rate, _NANO),
            self.home.kwh if self.home else None,
            self.home.co2e_g if self.home else None,
        )

    def recall(self, tenant: str, cost: CostReport) -> CostReport:
        """The report of an answer that was made for another request, whose report is given: all that it would have cost
        outside is saved."""
        currency, rate = self.costs.currency_of(tenant)
        if cost.saved is None or cost.currency != currency:
            return CostReport(0.0, currency)
        whole = cost.saved + cost.amount
        self.cloud_eur = whole / rate
        return CostReport(0.0, currency, round(whole, _NANO))


def nothing() -> Account:
    """An account by the shipped configuration, where nobody asks for costs."""
    return Account(Costing().of(Configuration()), date.min)
