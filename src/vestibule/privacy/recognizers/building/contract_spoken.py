"""Prices of contracts without a sign, or in words: "the contract is 1.2m a year", "eleven thousand pounds a year"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.recognizers.building.contract_price import CONTRACT
from vestibule.privacy.recognizers.building.spelled import AMOUNT
from vestibule.privacy.validators import sentence_around

_PERIOD = r"[ ](?:a|per|each|every)[ ](?:year|annum|month|quarter|visit)|[ ]p\.?a\.?"
_SERVICE = re.compile(
    r"maintenance|servic(?:e|ing)|cleaning|security|lifts?\b|insurance|upkeep|retainer", re.IGNORECASE
)


def _is_agreed(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    about = CONTRACT.search(sentence) is not None or _SERVICE.search(sentence) is not None
    return about and not general(sentence)


RECOGNIZER = Recognizer(
    type="CONTRACT_PRICE",
    pattern=re.compile(
        rf"(?<![\w.,€$£-])(?P<value>\d{{1,4}}(?:[.,]\d{{1,3}})?[ ]?(?:k|m|mn|million|thousand|grand)(?={_PERIOD})|"
        rf"{AMOUNT}[ ](?:pounds|euros?|dollars|francs|grand|quid))(?!\w)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"\d[ ]?(?:k|m|mn|million|thousand|grand)(?:{_PERIOD})|[a-z][ ](?:pounds|euros?|dollars|francs|grand|quid)",
        re.IGNORECASE,
    ),
    examples=(
        ("FM contract is 1.2m a year, up for renewal", "1.2m"),
        (
            "The lift maintenance comes to eleven thousand four hundred pounds a year.",
            "eleven thousand four hundred pounds",
        ),
        ("the cleaning contract: 48k p.a.", "48k"),
    ),
    counter_examples=(
        "we read 48k rows per batch",
        "it weighs two hundred pounds",
        "contracts typically cost two thousand pounds",
    ),
    score=0.8,
    valid=_is_agreed,
)
