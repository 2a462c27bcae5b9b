"""Tariffs behind their name: the code of a rate schedule, or a price without its unit."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import sentence_around

_NAME = (
    r"(?:(?:electricity|energy|gas|supply|peak|off-?peak|night|day|feed-?in|network|grid|water|unit|"
    r"demand)[ _-])?(?:tariff|(?:day|night|peak|off-?peak|shoulder) rate|rate schedule|rate plan|"
    r"rate class|unit (?:rate|price)|energy rate|electricity rate|demand charge|standing charge|"
    r"capacity charge|electricity price|gas price|energy price)s?"
    r"(?:[ _-](?:code|class|name|plan|id))?|(?:strom|gas|arbeits|leistungs|grund|netz|wärme)(?:preis|"
    r"tarif|entgelt)|tarif(?:name|code)?|option tarifaire|tarifs?(?: (?:bleu|jaune|vert|"
    r"d['’]électricité))?|tarifa(?: de acceso| eléctrica)?|peaje|biểu giá|giá điện"
)


def _is_paid(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return not re.fullmatch(r"(?:19|20)\d\d", match["value"]) and (not general(sentence) or of_one_building(sentence))


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_NAME})(?![^\W_])(?:[ ](?:for|at|of|für|bei|pour|de|del|của)[ ][^\d\n:=]{{2,40}}?)?{LINK}"
        r"(?P<value>(?-i:[A-Z]{1,6}[-_ ]?(?:[A-Z]{1,6}-?)?\d{1,4}[A-Z]{0,3}|\d\.\dT[DA])|(?:€|EUR|\$|USD|£|"
        r"CHF)[ ]?\d{1,6}(?:[.,]\d{1,5})?|\d{1,6}(?:[.,]\d{1,5})?[ ]?(?:€|EUR|euros?|\$|USD|£|CHF|ct|cents?|"
        r"p\b|đồng|VND|đ)|[0-3][.,]\d{2,5})(?![\w%°/]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("tariff code TOU-8", "TOU-8"),
        ("our rate schedule is E-19", "E-19"),
        ("Tarif: HT1", "HT1"),
        ("tarifa 3.0TD", "3.0TD"),
        ("electricity tariff: 0.2145", "0.2145"),
        ("Standing charge £0.45", "£0.45"),
        ("giá điện 2834 đồng", "2834 đồng"),
    ),
    counter_examples=(
        "the tariff of 2024",
        "tariffs rose by 12 %",
        "an average electricity price of 0.30",
        "tariff structure",
    ),
    score=0.8,
    valid=_is_paid,
)
