"""Prices of energy without its unit, where the sentence says that they are: "31p a unit", "rate is 27.4p"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.validators import sentence_around

_ABOUT = re.compile(
    r"\b(?:unit (?:rate|price|cost)|(?:day|night|peak|energy|electricity|gas|new|old|our|import|export) (?:rate|"
    r"tariff|price)|tariff|standing charge|kwh|"
    r"kilowatt|utility|electricity|supplier|(?:night|day|peak|off-?peak) units?|a unit|per unit|feed-?in|standing)\b",
    re.IGNORECASE,
)


def _is_paid(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return _ABOUT.search(sentence) is not None and (not general(sentence) or of_one_building(sentence))


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        r"(?<![\w.,-])(?P<value>\d{1,2}(?:\.\d{1,3})?[ ]?(?:p|ct|¢|pence|cents?)(?:/day|(?![\w/-]|\.\d|"
        r"[ ]?/)(?: (?:a|per|"
        r"each) (?:unit|day))?)|"
        r"(?:£|€|\$)[ ]?\d{1,2}(?:\.\d{1,4})?(?: (?:a|per) (?:day|unit)|/day)(?!\w))",
        re.IGNORECASE,
    ),
    examples=(
        ("we're paying 31p a unit, robbery", "31p a unit"),
        ("Every kilowatt-hour costs the school 27 cents.", "27 cents"),
        ("95p/day standing", "95p/day"),
        ("new rate from Oct is 27.4p", "27.4p"),
        ("a standing charge of £1.12 a day", "£1.12 a day"),
        ("the standing charge 62.1p per day", "62.1p per day"),
    ),
    counter_examples=("a coffee is 90p", "20 p of the report", "the taxi is £12 a day", "the average tariff is 31p"),
    score=0.8,
    valid=_is_paid,
)
