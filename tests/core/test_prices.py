"""Prices by day and currency."""

from datetime import date

import pytest

from vestibule.core.answer import Usage
from vestibule.core.configuration import Currencies, Document, Price
from vestibule.core.prices import PriceTable, without_rate
from vestibule.core.settings import ModelSettings, Prices

DOLLAR = Price("gpt", date(2026, 1, 1), input=1.0, output=2.0, currency="USD")


def test_a_currency_without_a_rate_is_named_and_has_no_price() -> None:
    document = Document(prices=(DOLLAR,), currencies=Currencies(tenants={"a": "CHF", "b": "EUR"}))
    assert list(without_rate(document)) == [("prices[0].currency", "USD"), ("currencies.tenants.a", "CHF")]
    assert PriceTable((), document).on("gpt", date(2026, 2, 1)) is None


def test_with_a_rate_it_has() -> None:
    document = Document(prices=(DOLLAR,), currencies=Currencies(eur={"USD": 0.5}, tenants={"a": "USD"}))
    assert list(without_rate(document)) == []
    assert PriceTable((), document).on("gpt", date(2026, 2, 1)) == Prices(0.5, 1.0)


def test_what_was_read_before_is_never_more_than_what_was_read() -> None:
    table = PriceTable((ModelSettings("m", "p", "m", prices=Prices(1.0, 0.0, cached=0.5)),))
    assert table.eur("m", Usage(100, 0, cached_tokens=500), date(2026, 1, 1)) == pytest.approx(100 * 0.5 / 1e6)


def test_a_table_without_a_price_is_empty() -> None:
    assert not PriceTable((ModelSettings("m", "p", "m"),))
    assert PriceTable((), Document(prices=(Price("m", date(2026, 1, 1), input=1.0, output=1.0),)))
