"""What answers cost, by hand: tokens outside, energy and the machine at home, and what staying saved."""

from datetime import date

import pytest

from vestibule.core.answer import Usage
from vestibule.core.configuration import Configuration, Currencies, Document, Energy, Price
from vestibule.core.settings import ModelSettings, Prices
from vestibule.routing.cost import Cost, Costing, Costs, Used

DAY = date(2026, 3, 10)
MODELS = (
    ModelSettings("gpt", "openai", "gpt-4o", prices=Prices(input=2.5, output=10.0, cached=1.25)),
    ModelSettings("deep", "deepseek", "deepseek-chat", prices=Prices(input=0.25, output=1.0)),
    ModelSettings("unpriced", "openai", "new"),
)
ENERGY = Energy(
    watts={"big": 200.0},
    watts_otherwise=60.0,
    eur_per_kwh=0.25,
    co2e_g_per_kwh=400.0,
    amortisation_eur_per_hour=0.036,
)


def costs(**more: object) -> Costs:
    return Costing(MODELS).of(Configuration(1, Document(energy=ENERGY, **more)))  # type: ignore[arg-type]


def test_outside_tokens_cost_by_their_kind() -> None:
    usage = Usage(1000, 200, cached_tokens=400)
    assert costs().estimate("gpt", "cloud", usage, DAY).eur == pytest.approx((600 * 2.5 + 400 * 1.25 + 200 * 10) / 1e6)
    assert costs().estimate("deep", "cloud", usage, DAY).eur == pytest.approx((1000 * 0.25 + 200) / 1e6)


def test_what_has_no_price_costs_nobody_knows_what() -> None:
    assert costs().estimate("unpriced", "cloud", Usage(10, 10), DAY).eur is None
    assert costs().estimate("big", "home", Usage(10, 10), DAY) == Cost(None)


def test_at_home_energy_and_the_machine_cost() -> None:
    """18 s of 200 W are 1 Wh; 36 s of the machine are a hundredth of an hour."""
    cost = costs().at_home(Used(200.0, 18.0, 36.0))
    assert cost.kwh == pytest.approx(0.001)
    assert cost.co2e_g == pytest.approx(0.4)
    assert cost.eur == pytest.approx(0.001 * 0.25 + 0.01 * 0.036)


def test_before_it_is_asked_its_seconds_are_predicted_and_shared() -> None:
    alone = costs().estimate("small", "home", Usage(), DAY, seconds=60.0)
    assert alone.kwh == pytest.approx(60 * 60 / 3.6e6)
    third = costs().estimate("small", "home", Usage(), DAY, seconds=60.0, at_once=3)
    assert third.kwh == pytest.approx(alone.kwh / 3)
    assert third.eur == pytest.approx((alone.eur or 0) / 3)


def test_saved_is_against_the_cheapest_that_has_a_price() -> None:
    usage = Usage(1000, 500)
    cloud = (1000 * 0.25 + 500 * 1.0) / 1e6
    names = ("gpt", "deep", "unpriced")
    assert costs().in_the_cloud(names, usage, DAY) == pytest.approx(cloud)
    assert costs().saved(0.0001, names, usage, DAY) == pytest.approx(cloud - 0.0001)
    dear = (1000 * 2.5 + 500 * 10) / 1e6
    assert (costs().saved(dear, names, usage, DAY) or 0) < 0  # the dearer one was asked


@pytest.mark.parametrize("names", [(), ("unpriced",)])
def test_where_no_price_is_known_nobody_knows_what_was_saved(names: tuple[str, ...]) -> None:
    assert costs().saved(0.0, names, Usage(10, 10), DAY) is None


def test_where_tokens_were_not_told_nobody_knows_what_was_saved() -> None:
    assert costs().saved(0.0, ("gpt",), None, DAY) is None


def test_a_price_counts_from_its_day_on() -> None:
    prices = (
        Price("deep", date(2026, 5, 1), input=9.0, output=9.0),
        Price("deep", date(2026, 3, 10), input=1.0, output=2.0, cached=0.5),
        Price("unpriced", date(2026, 4, 1), input=1.0, output=1.0),
    )
    usage = Usage(1_000_000, 0)
    by_day = [costs(prices=prices).estimate("deep", "cloud", usage, date(2026, m, d)).eur for m, d in DAYS]
    assert by_day == [0.25, 1.0, 1.0, 9.0]
    assert costs(prices=prices).estimate("unpriced", "cloud", usage, date(2026, 3, 31)).eur is None


DAYS = ((3, 9), (3, 10), (4, 30), (5, 1))


def test_a_price_in_dollars_is_one_in_euros() -> None:
    prices = (Price("gpt", DAY, input=3.0, output=12.0, cached=1.5, currency="USD"),)
    currencies = Currencies(eur={"USD": 0.9, "VND": 0.00004}, tenants={"hanoi": "VND"})
    told = costs(prices=prices, currencies=currencies)
    million = Usage(1_000_000, 1_000_000, cached_tokens=500_000)
    assert told.estimate("gpt", "cloud", million, DAY).eur == pytest.approx((1.5 + 0.75 + 12.0) * 0.9)
    assert told.currency_of("anybody") == ("EUR", 1.0)
    currency, rate = told.currency_of("hanoi")
    assert currency == "VND"
    assert rate == pytest.approx(25_000)


def test_a_request_keeps_the_prices_of_its_version() -> None:
    costing = Costing(MODELS)
    old = Configuration(1, Document())
    new = Configuration(2, Document(prices=(Price("gpt", date(2026, 1, 1), input=99.0, output=99.0),)))
    kept = costing.of(old)
    assert costing.of(new).estimate("gpt", "cloud", Usage(1_000_000), DAY).eur == 99.0
    assert kept.estimate("gpt", "cloud", Usage(1_000_000), DAY).eur == 2.5
    assert costing.of(old).estimate("gpt", "cloud", Usage(1_000_000), DAY).eur == 2.5


def test_costs_add_up_and_what_is_unknown_stays_so() -> None:
    assert Cost(1.0, 2.0, 3.0) + Cost(0.5, 1.0, 1.0) == Cost(1.5, 3.0, 4.0)
    assert (Cost(None) + Cost(1.0)).eur is None
