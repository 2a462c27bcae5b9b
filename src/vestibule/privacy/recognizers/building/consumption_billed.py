"""Consumption on a bill: a label and an amount of energy on a line of its own, where the text speaks of a supply."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.validators import sentence_around, words_around

_BILL = re.compile(
    r"invoice|\bbill|supply (?:period|point|address)|amount due|meter|account|mpan|\bdue\b|tariff|rechnung|zähler|"
    r"abrechnung|facture|compteur|factura|contador|hóa đơn|công tơ"
)


def _is_billed(match: re.Match[str]) -> bool:
    return _BILL.search(words_around(match, 240)) is not None and not general(sentence_around(match))


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        r"(?:^|(?<=\n))[ \t]{0,8}(?:(?:total|metered|billed|net|day|night|peak|off-?peak|annual|monthly|gas|"
        r"electricity|energy|"
        r"units|gesamt)[ -]?){0,3}(?:consumption|usage|used|units|energy|verbrauch|consommation|consumo|tiêu thụ|"
        r"điện năng)"
        r"(?: \w{2,10})?(?:[ \t:|=]|\.(?!\d)){1,40}"
        r"(?<!\d[.,])(?P<value>\d{1,3}(?:[ ,.'’]\d{3}){0,4}(?:[.,]\d{1,3})?[ ]?(?:[kMG]Wh|m³|m3|therms?|GJ)|"
        r"\d{1,9}(?:[.,]\d+)?[ ]?kWh)"
        r"(?![\w²/]|[ ]?(?:/|per\b))",
        re.IGNORECASE,
    ),
    examples=(
        ("Supply period 27/03 to 02/08\nTotal consumption 842,282 kWh\nAmount due", "842,282 kWh"),
        ("Invoice 7\nUnits used ..... 1,200 kWh", "1,200 kWh"),
        ("Rechnung\nVerbrauch 45.300 kWh", "45.300 kWh"),
    ),
    counter_examples=(
        "consumption 120 kWh/m² on the bill",
        "What does energy 5 kWh mean?",
        "the meter shows usage",
    ),
    score=0.85,
    valid=_is_billed,
)
