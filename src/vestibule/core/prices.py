"""What models outside cost, by day: the prices of the configuration in force, before them those of the settings.

Everything comes out in EUR, in which budgets are kept. Knows no budget and no request.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from vestibule.core.answer import Usage
from vestibule.core.configuration import Currencies, Document, Price
from vestibule.core.settings import ModelSettings, Prices

EUR = "EUR"
_PER_MILLION = 1e-6


class PriceTable:
    """The prices of a model in the configuration count from their days on; before the first of them those of its
    settings do, which are of no day."""

    def __init__(self, models: Iterable[ModelSettings] = (), document: Document | None = None) -> None:
        document = document or Document()
        days: dict[str, dict[date, Prices]] = {}
        for model in models:
            if model.prices is not None:
                days.setdefault(model.id, {})[date.min] = model.prices
        for price in document.prices:
            if (one := worth(price.currency, document.currencies)) is not None:
                days.setdefault(price.model, {})[price.since] = _in_eur(price, one)
        self._days: Mapping[str, tuple[list[date], list[Prices]]] = {}
        for model_id, prices in days.items():
            since = sorted(prices)
            self._days[model_id] = since, [prices[day] for day in since]

    def __bool__(self) -> bool:
        return bool(self._days)

    def on(self, model: str, day: date) -> Prices | None:
        """In EUR a million tokens; None where no price is known, or none yet."""
        known = self._days.get(model)
        if known is None:
            return None
        place = bisect_right(known[0], day)
        return known[1][place - 1] if place else None

    def eur(self, model: str, usage: Usage, day: date) -> float | None:
        """What these tokens cost on that day; None where no price is known."""
        prices = self.on(model, day)
        return None if prices is None else cost(prices, usage)


def cost(prices: Prices, usage: Usage) -> float:
    """In the currency of the prices. What the provider had read before is billed as `cached`, where that has a price of
    its own."""
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    of_cached = prices.input if prices.cached is None else prices.cached
    said = (usage.prompt_tokens - cached) * prices.input + cached * of_cached + usage.completion_tokens * prices.output
    return said * _PER_MILLION


def worth(currency: str, currencies: Currencies) -> float | None:
    """What one of a currency is worth in EUR; None where nobody said."""
    return 1.0 if currency == EUR else currencies.eur.get(currency)


def without_rate(document: Document) -> Iterator[tuple[str, str]]:
    """Where a document names a currency whose worth it does not say, and which. Money of several currencies is never
    added up as if it were one."""
    for at, price in enumerate(document.prices):
        if worth(price.currency, document.currencies) is None:
            yield f"prices[{at}].currency", price.currency
    for tenant, currency in document.currencies.tenants.items():
        if worth(currency, document.currencies) is None:
            yield f"currencies.tenants.{tenant}", currency


def _in_eur(price: Price, one: float) -> Prices:
    cached = None if price.cached is None else price.cached * one
    return Prices(price.input * one, price.output * one, cached)
