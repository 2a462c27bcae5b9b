"""Tariffs: what somebody pays for a unit of energy or demand."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.validators import sentence_around

_SIGN = r"(?:€|EUR|US\$|\$|USD|£|GBP|CHF|VND|₫)"
_MONEY = (
    r"(?:€|EUR|euros?|US\$|\$|USD|dollars?|£|GBP|pounds?|CHF|VND|VNĐ|đồng|₫|đ|ct\.?|cts|cents?|¢|c|p|"
    r"pence|rp|rappen|centimes?|céntimos?)"
)
_NUMBER = r"(?:\d{1,3}(?:[ ,.]\d{3}){1,4}(?:[.,]\d{1,4})?|\d{1,5}(?:[.,]\d{1,5})?)"
_PER = r"[ ]?(?:/|per|pro|je|par|le|por|a|mỗi|một|for each|each)[ ]?"
_UNIT = (
    r"(?:[kM]Wh|kWp?|kVA|MW|m³|m3|therms?|GJ|MMBtu|cubic met(?:er|re)|kilowatt(?:-?[ ]?hours?|stunden?)?|"
    r"kilowattheure|kilovatio(?:[ -]hora)?|megawatt-?[ ]?hours?|unit(?= of)|kubikmeter|số điện)(?:[ ]?(?:/|per|pro|"
    r"und|and|je|par|al|im|p\.?[ ]?)?[ ]?(?:a|annum|month|"
    r"year|monat|jahr|mois|an|mes|año)\b)?"
)


def _is_paid(match: re.Match[str]) -> bool:
    """A published average or an example is nobody's tariff."""
    sentence = sentence_around(match)
    return not general(sentence) or of_one_building(sentence)


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        rf"(?<![\w.-])(?<!\d,)(?P<value>(?:{_SIGN}[ ]?{_NUMBER}|{_NUMBER}[ ]?{_MONEY}){_PER}{_UNIT})(?!\w)",
        re.IGNORECASE,
    ),
    examples=(
        ("we pay 0.21 €/kWh", "0.21 €/kWh"),
        ("the tariff is 18.4 ct/kWh.", "18.4 ct/kWh"),
        ("demand charge $14.50 per kW", "$14.50 per kW"),
        ("Arbeitspreis 24,8 Cent pro kWh", "24,8 Cent pro kWh"),
        ("0,19 € par kWh", "0,19 € par kWh"),
        ("0,15 euros por kWh", "0,15 euros por kWh"),
        ("2.834 đồng/kWh", "2.834 đồng/kWh"),
        ("EUR 95.20/MWh", "EUR 95.20/MWh"),
        ("28p per kWh", "28p per kWh"),
        ("der Leistungspreis 54.84 €/kW a", "54.84 €/kW a"),
        ("day,27.39 cents per kWh", "27.39 cents per kWh"),
        ("we pay 21 cents a kilowatt hour", "21 cents a kilowatt hour"),
        ("we pay $0.1915/kWh in summer", "$0.1915/kWh"),
    ),
    counter_examples=(
        "0.4 kg CO2 per kWh",
        "the average German price is 0.40 €/kWh",
        "120 kWh/m²",
        "5 kW per rack",
        "for example 0.30 €/kWh",
    ),
    valid=_is_paid,
)
