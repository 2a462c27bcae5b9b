"""Money of several currencies: what each is worth has to be said before it counts."""

from __future__ import annotations

from datetime import date

from tests.configuration.conftest import MODELS, no_lint
from tests.configuration.test_rules import breaches
from vestibule.configuration.reading import read
from vestibule.configuration.rules import Rules

PRICES = "prices:\n  - {model: far, since: 2026-08-01, input: 1, output: 1, currency: USD}\n"


def test_a_price_in_a_currency_of_unknown_worth_is_refused() -> None:
    (found,) = breaches(PRICES)
    assert (found.line, found.path) == (2, "prices[0].currency")
    assert "what that is worth" in found.message
    assert found.mend == "Write what one USD is in EUR under currencies.eur."


def test_so_is_a_tenant_that_would_be_told_in_it() -> None:
    (found,) = breaches("currencies:\n  tenants:\n    hanoi: VND\n")
    assert (found.line, found.path) == (3, "currencies.tenants.hanoi")


def test_with_its_worth_it_counts() -> None:
    text = f"currencies: {{eur: {{USD: 0.9}}, tenants: {{a: USD, b: EUR}}}}\n{PRICES}"
    assert Rules(MODELS, no_lint, today=date(2026, 7, 20)).check(read(text.encode()), "a.yaml") == ()
