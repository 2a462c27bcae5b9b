"""Prices of energy in fields of a record: `"unit_rate_p_kwh": 28.91`, `"tariff": {"peak": 0.312}`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.fields import FIELD, FIELD_GATE, means_tariff, parents, word_set, words

_WHEN = word_set(
    "peak off offpeak day night mid shoulder energy import export standing demand rate price unit ht nt hp hc"
)
_MINOR = word_set("p pp ppd ppkwh pkwh ct cents pence standing")
_MONEY = re.compile(
    r"(?<![^\W_])(?:p|ppkwh|ppd|pence|ct|cents?|eur|usd|gbp|kwh|mwh|currency|tariff|supplier)(?![^\W_])|[€$£]",
    re.IGNORECASE,
)


def _is_paid(match: re.Match[str]) -> bool:
    key = match["key"]
    if match["value"].isdigit() and not set(words(key)) & _MINOR:
        return False
    if means_tariff(key):
        said = match.string[max(0, match.start() - 120) : match.end() + 80]
        return _MONEY.search(said.replace("_", " ")) is not None
    return set(words(key)) <= _WHEN and any(
        {"tariff", "tariffs", "rates", "prices", "tarif", "tarifs"} & set(words(name)) or means_tariff(name)
        for name in parents(match.string, match.start())[:1]
    )


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        rf"{FIELD}(?P<value>\d{{1,4}}(?:[.,]\d{{1,5}})?)(?![\w%]|[.,]\d|[ ]?(?:[kM]W|°|%))", re.IGNORECASE
    ),
    gate=re.compile(FIELD_GATE, re.IGNORECASE),
    examples=(
        ('{"supplier": "Grid", "unit_rate_p_kwh": 28.91}', "28.91"),
        ('{"tariff": {"peak": 0.312}}', "0.312"),
        ('{"prices": {"ht": 0.2841}, "unit": "EUR/kWh"}', "0.2841"),
        ("standing_charge_p_day: 51.3", "51.3"),
        ('{"standing_charge_ppd": 185}', "185"),
    ),
    counter_examples=(
        '{"peak": 0.312}',
        "sample_rate: 0.5",
        "peak_demand: 31.2",
        "learning_rate_day = 0.01",
    ),
    score=0.85,
    valid=_is_paid,
)
