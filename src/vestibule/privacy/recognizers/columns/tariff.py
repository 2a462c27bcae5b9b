"""Columns of prices of energy: `period,price (ct/kWh)`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.recognizers.columns.column import below, cell
from vestibule.privacy.recognizers.fields import means_tariff

_ENERGY = re.compile(
    r"[kM]Wh|\bkVA|tariff?|electric|energy|\bgas\b|strom|arbeitspreis|énergie|energía|\bđiện", re.IGNORECASE
)

RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=cell(
        r"(?:[€$£][ ]?)?\d{1,4}[.,]\d{1,5}(?:[ ]?(?:€|ct|c|p|cents?|EUR|USD|GBP|£|\$|pence))?", re.IGNORECASE, gaps=True
    ),
    needs="\n",
    examples=(
        ("period,price (ct/kWh)\nday,27.39", "27.39"),
        ("| Tariff | Rate |\n|---|---|\n| night | 0.1934 |", "0.1934"),
        ("tariff_name,peak_rate_p_per_kwh,standing_p_day\nFlex,31.42,-", "31.42"),
        ("Period    Rate ($/kWh)\nOn-peak   0.3412", "0.3412"),
        ("Zeit;Arbeitspreis\nHT;0,2145", "0,2145"),
    ),
    counter_examples=("period,price\nday,27.39", "meter,kWh\nmain,27.39", "item;rate\npump;12.5"),
    score=0.8,
    valid=below(
        r"(?:(?:unit|energy|electricity|gas|power)[ _-]?)?(?:price|rate|tariff|"
        r"cost)s?(?:[ _(\[]{1,2}?[^\n|,;\t]{0,16})?|"
        r"(?:[^\n|,;\t]{0,20}[ (\[])?(?:€|eur|ct|c|p|£|\$|usd|gbp|pence|cents?)[ ]?/[ ]?[km]wh[)\]]?|"
        r"(?:arbeits|leistungs|strom|grund)?preis(?:[ ]\([^\n|,;\t]{0,14}\))?|tarif|prix|precio|giá(?: điện)?",
        lambda said: _ENERGY.search(said) is not None and not general(said),
        means_tariff,
    ),
)
