"""Prices of energy in words: "your unit rate will be twenty-eight point four pence"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.recognizers.building.spelled import AMOUNT
from vestibule.privacy.validators import sentence_around

_ABOUT = re.compile(
    r"\b(?:(?:unit|day|night|peak|energy|electricity|gas|import|export) (?:rate|price|cost)|tariff|"
    r"standing charge|kilowatt|"
    r"kwh|a unit|per unit|feed-?in)\b",
    re.IGNORECASE,
)


def _is_paid(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return _ABOUT.search(sentence) is not None and not general(sentence)


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(rf"(?<![\w-])(?P<value>{AMOUNT}[ ](?:pence|cents?|p))(?!\w)", re.IGNORECASE),
    gate=re.compile(r"[a-z][ ](?:pence|cents?|p)(?!\w)", re.IGNORECASE),
    examples=(
        ("Your new unit rate will be twenty-eight point four pence from April.", "twenty-eight point four pence"),
        ("we pay nineteen cents a kilowatt hour", "nineteen cents"),
        ("the standing charge is sixty pence", "sixty pence"),
    ),
    counter_examples=(
        "a coffee is ninety pence",
        "my two cents on the matter",
        "a typical tariff is thirty cents",
    ),
    score=0.8,
    valid=_is_paid,
)
