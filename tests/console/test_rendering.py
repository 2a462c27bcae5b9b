"""How figures are said, and that templates escape what they are given."""

import pytest
from jinja2 import UndefinedError

from vestibule.console.rendering import Pages, duration, percent
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
