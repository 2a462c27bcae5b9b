"""What an answer costs by the prices and the energy of one version of the configuration, and what it would have cost in
the cloud.

At home: energy is watts x seconds of answering, shared with those that were answered at once; money is that energy by
its price, and the machine's hours by theirs. Outside: tokens by their price on the day. Saved is what the same tokens
would have cost at the cheapest model outside that could have answered, less what it did cost. What has no known price
costs None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from vestibule.core.answer import Location, Usage
from vestibule.core.configuration import Configuration, Document, Energy
from vestibule.core.prices import EUR, PriceTable, worth
from vestibule.core.settings import ModelSettings
from vestibule.routing.cost.energy import Used

_JOULES_PER_KWH = 3.6e6
_SECONDS_PER_HOUR = 3600.0


class Cost(msgspec.Struct, frozen=True):
    """In EUR, None where no price is known; kWh and grams of CO2e of what was used at home."""

    eur: float | None = 0.0
    kwh: float = 0.0
    co2e_g: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        eur = None if self.eur is None or other.eur is None else self.eur + other.eur
        return Cost(eur, self.kwh + other.kwh, self.co2e_g + other.co2e_g)


class Costs:
    def __init__(self, prices: PriceTable, document: Document) -> None:
        self.prices = prices
        self.energy: Energy = document.energy
        self._currencies = document.currencies

    def estimate(
        self,
        model_id: str,
        location: Location,
        usage: Usage,
        on: date,
        *,
        seconds: float | None = None,
        at_once: int = 1,
    ) -> Cost:
        """What an answer will cost that uses so many tokens. One at home takes so many `seconds`, in which `at_once`
        are answered, this one among them; its cost is not known where those are not."""
        if location == "cloud":
            return Cost(self.prices.eur(model_id, usage, on))
        if seconds is None:
            return Cost(None)
        watts = self.energy.watts.get(model_id, self.energy.watts_otherwise)
        return self.at_home(Used(watts, seconds / max(at_once, 1), seconds / max(at_once, 1)))

    def at_home(self, used: Used) -> Cost:
        """What an answer cost that was metered."""
        kwh = used.watts * used.model_s / _JOULES_PER_KWH
        machine_eur = used.machine_s / _SECONDS_PER_HOUR * self.energy.amortisation_eur_per_hour
        return Cost(kwh * self.energy.eur_per_kwh + machine_eur, kwh, kwh * self.energy.co2e_g_per_kwh)

    def in_the_cloud(self, models: Iterable[str], usage: Usage, on: date) -> float | None:
        """What these tokens cost in EUR at the cheapest of `models`, of those that have a price."""
        costs = (self.prices.eur(model, usage, on) for model in models)
        return min((eur for eur in costs if eur is not None), default=None)

    def saved(self, cost_eur: float, models: Iterable[str], usage: Usage | None, on: date) -> float | None:
        """In EUR, against having asked the cheapest of `models`; below 0 where what was asked is dearer. None where
        none of them has a price, or where it was not told how many tokens there were."""
        if usage is None:
            return None
        elsewhere = self.in_the_cloud(models, usage, on)
        return None if elsewhere is None else elsewhere - cost_eur

    def currency_of(self, tenant: str) -> tuple[str, float]:
        """What the tenant is told costs in, and how many of it an EUR is."""
        currency = self._currencies.tenants.get(tenant, EUR)
        one = worth(currency, self._currencies)
        return (EUR, 1.0) if one is None else (currency, 1.0 / one)


class Costing:
    """The costs by each version as long as it is the newest that was asked for: a request keeps those it began with."""

    def __init__(self, models: Iterable[ModelSettings] = ()) -> None:
        self._models = tuple(models)
        self._document = Document()
        self._costs = Costs(PriceTable(self._models), self._document)

    def of(self, configuration: Configuration) -> Costs:
        if configuration.document is not self._document:
            self._document = configuration.document
            self._costs = Costs(PriceTable(self._models, self._document), self._document)
        return self._costs
