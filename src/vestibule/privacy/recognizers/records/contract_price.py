"""Prices of contracts in fields of a record that speaks of one: `"contract": {"annualPrice": 48000}`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.contract_price import CONTRACT
from vestibule.privacy.recognizers.fields import FIELD, record_around, word_set, words

_PRICE = word_set("price fee value amount cost sum rent total annual yearly monthly")
_OTHERWISE = word_set("unit rate kwh id no number count max limit days hours tokens")


def _is_agreed(match: re.Match[str]) -> bool:
    said = set(words(match["key"]))
    if not said & _PRICE or said & _OTHERWISE:
        return False
    return CONTRACT.search(record_around(match.string, match.start(), match.end())) is not None


RECOGNIZER = Recognizer(
    type="CONTRACT_PRICE",
    pattern=re.compile(
        rf"{FIELD}(?P<value>(?:(?:€|EUR|USD|GBP|CHF|£|\$)[ ]?)?\d{{1,3}}(?:[ ,.'’]?\d{{3}}){{1,4}}(?:[.,]\d{{1,2}})?)"
        r"(?![\w%-]|[.,:]\d|[ ]?(?:[kM]W|°|%|m²))",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?<![\w.])[A-Za-z][\w.-]{0,40}(?:[ ]\([^()\n]{1,8}\)|\[[\w.-]{1,16}\])?[\"']?[ ]{0,12}(?::=|"
        r"[:=])[ ]{0,3}[\"'\[]?(?:[€$£]|[A-Z]{3}[ ]?\d|\d)",
        re.IGNORECASE,
    ),
    examples=(
        ('{"contract": {"vendor": "BrightFM", "annualPrice": 48000, "currency": "GBP"}}', "48000"),
        ('{"agreement": "lifts", "fee": "GBP 14,200"}', "GBP 14,200"),
        ('{"agreement": {"yearly": 41300, "cur": "EUR"}}', "41300"),
        ("contract: C-1182\nannual_fee_gbp: 18400", "18400"),
    ),
    counter_examples=('{"annualPrice": 48000}', '{"contract": {"id": 48000}}', "contract value: none"),
    score=0.85,
    valid=_is_agreed,
)
