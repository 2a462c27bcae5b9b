"""What one request is told it cost: drawn at home, spent outside, and saved by not asking there."""

from datetime import date

import pytest

from vestibule.core.answer import CostReport, Predicted, Usage
from vestibule.core.configuration import Configuration, Currencies, Document, Energy, Price
from vestibule.routing.cost import Account, Costing, Used, nothing

DAY = date(2026, 3, 10)
DOCUMENT = Document(
    prices=(Price("gpt", DAY, input=2.0, output=10.0), Price("cheap", DAY, input=0.5, output=1.0)),
    energy=Energy(watts={"m": 100.0}, eur_per_kwh=0.36, co2e_g_per_kwh=500.0, amortisation_eur_per_hour=0.0),
    currencies=Currencies(eur={"USD": 0.5}, tenants={"abroad": "USD"}),
)
USAGE = Usage(1000, 100)
CHEAP = (1000 * 0.5 + 100 * 1.0) / 1e6


def account() -> Account:
    return Account(Costing().of(Configuration(1, DOCUMENT)), DAY)


def test_two_attempts_at_home_and_one_outside_add_up() -> None:
    kept = account()
    kept.draw(Used(100.0, 36.0, 36.0))  # 1 Wh: 0.00036 EUR
    kept.draw(Used(100.0, 36.0, 36.0))
    told = kept.settle("t", 0.003, "gpt", "cloud", USAGE, ("gpt", "cheap"))
    assert told.amount == pytest.approx(0.003 + 2 * 0.00036)
    assert told.kwh == pytest.approx(0.002)
    assert told.co2e_g == pytest.approx(1.0)
    assert told.saved == pytest.approx(CHEAP - told.amount)
    assert kept.cloud_eur == pytest.approx(CHEAP)


def test_who_asked_no_model_at_home_drew_nothing_there() -> None:
    told = account().settle("t", 0.003, "gpt", "cloud", USAGE, ())
    assert (told.kwh, told.co2e_g, told.saved) == (None, None, None)


def test_what_was_asked_without_a_price_saved_nobody_knows_what() -> None:
    kept = account()
    assert kept.settle("t", 0.0, "new", "cloud", USAGE, ("cheap",)).saved is None
    assert kept.cloud_eur is None


def test_amounts_are_told_in_the_currency_of_the_tenant() -> None:
    told = account().settle("abroad", 0.003, "gpt", "cloud", USAGE, ("cheap",))
    assert (told.currency, told.amount) == ("USD", 0.006)
    assert told.saved == pytest.approx((CHEAP - 0.003) / 0.5)


def test_an_answer_from_the_cache_saves_all_that_the_cloud_would_have_taken() -> None:
    first = account().settle("abroad", 0.003, "gpt", "cloud", USAGE, ("cheap",))
    kept = account()
    again = kept.recall("abroad", first)
    assert (again.amount, again.currency, again.kwh) == (0.0, "USD", None)
    assert again.saved == pytest.approx(CHEAP / 0.5)
    assert kept.cloud_eur == pytest.approx(CHEAP)


@pytest.mark.parametrize("before", [CostReport(0.1), CostReport(0.1, "CHF", 0.2)])
def test_where_nobody_knew_nobody_knows_again(before: CostReport) -> None:
    kept = account()
    assert kept.recall("t", before) == CostReport(0.0, "EUR")
    assert kept.cloud_eur is None


def test_what_is_foreseen_does_not_count_the_wait() -> None:
    kept = account()
    kept.expect("m", "home", USAGE, Predicted(6.0, 46.0, "measured", 10.0), 1)
    assert kept.expected is not None
    assert kept.expected.eur == pytest.approx(0.00036)
    kept.expect("m", "home", USAGE, Predicted(), 1)
    assert kept.expected.eur is None
    kept.expect("cheap", "cloud", USAGE, Predicted(), 1)
    assert kept.expected.eur == pytest.approx(CHEAP)


def test_an_account_of_nothing_claims_nothing() -> None:
    assert nothing().settle("t", 0.0, "m", "home", USAGE, ()) == CostReport(0.0)
