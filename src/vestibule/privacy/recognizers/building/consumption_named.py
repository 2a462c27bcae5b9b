"""A field of a record that is called a consumption, with its unit: `"annual_consumption": "789,265.2 kWh"`.

A record is somebody's. In prose the same words may speak of buildings at large, which `consumption.py` weighs.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer

_WHOSE = (
    r"(?:(?:annual|yearly|monthly|weekly|daily|hourly|total|building|site|meter(?:ed)?|measured|actual|energy|"
    r"electric(?:ity)?|gas|heat(?:ing)?|cooling|power|chilled[ _-]?water|night|weekend|base|peak|max(?:imum)?|average|"
    r"mean|last|this|year|month|week|day)[ _.-]?){0,4}"
)
_WHAT = r"(?:consumption|usage|energy[ _-]?use|energy[ _-]?used|kwh[ _-]?used|demand|peak[ _-]?load|base[ _-]?load)"
_UNIT = r"(?:[kMG]Wh|kW|MW|GJ|therms?|kBtu|MMBtu|kVA|m³|m3)"

RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        rf"(?:^|(?<=[\n{{,;\"'|]))[ \t]{{0,8}}[\"']?{_WHOSE}{_WHAT}(?:[ _.-](?:total|value|year|month))?[\"']?"
        r"[ \t]{0,3}[:=|][ \t]{0,3}[\"']?"
        rf"(?P<value>\d{{1,3}}(?:[ ,.'’]\d{{3}}){{0,4}}(?:[.,]\d{{1,3}})?[ ]?{_UNIT})"
        r"(?![\w²/]|[ ]?(?:/|per\b|je\b|par\b))",
        re.IGNORECASE,
    ),
    examples=(
        ('{"priority": "low", "annual_consumption": "789,265.2 kWh"}', "789,265.2 kWh"),
        ("building consumption: 315,873.9 kWh", "315,873.9 kWh"),
        ("peak_demand = 412 kW", "412 kW"),
        ("site: Northgate\ntotal energy use: 3.2 GJ", "3.2 GJ"),
    ),
    counter_examples=(
        "annual consumption: 120 kWh/m²",
        "A typical office has an annual consumption: about 120 kWh per square metre",
        "consumption_unit: kWh",
        "rated power: 5.5 kW",
    ),
    score=0.85,
)
