"""How figures are said, and that templates escape what they are given."""

import pytest
from jinja2 import UndefinedError

from vestibule.console.rendering import Pages, duration, money, percent, size
from vestibule.console.sessions import FormTokens


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (None, "–"),
        (0.01, "< 0.1 ms"),
        (3.04, "3.0 ms"),
        (9.96, "10 ms"),
        (412.4, "412 ms"),
        (999.6, "1.00 s"),
        (12_345.0, "12.3 s"),
    ],
)
def test_a_duration_has_three_digits_at_most(ms: float | None, said: str) -> None:
    assert duration(ms) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (0, "0 %"), (0.001, "< 1 %"), (0.5, "50 %"), (0.999, "> 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, said: str) -> None:
    assert percent(share) == said


def test_a_name_a_template_does_not_get_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Pages(FormTokens()).fragment("overview/latest.html")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "–"),
        (0, "0"),
        (1, "< 1 MiB"),
        (1 << 20, "1.0 MiB"),
        (10_400_000, "9.9 MiB"),
        (111_150_000, "106 MiB"),
        (4 << 30, "4.0 GiB"),
        (12 << 30, "12 GiB"),
    ],
)
def test_sizes_have_two_or_three_digits(count: int | None, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize(
    ("eur", "said"),
    [
        (None, "–"),
        (0.0, "0 €"),
        (0.000001, "< 0.00001 €"),
        (0.00031, "0.00031 €"),
        (-0.012, "−0.012 €"),
        (0.0999, "0.10 €"),
        (-3.5, "−3.50 €"),
        (1234.567, "1,234.57 €"),
    ],
)
def test_money_is_told_to_the_cent_and_less_of_it_with_two_digits(eur: float | None, said: str) -> None:
    assert money(eur) == said
