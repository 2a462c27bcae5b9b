"""One building's consumption or demand: an amount of energy in a sentence or row that says whose it is.

"Typical offices use 120 kWh/m²" is public; "Harbor House used 120 kWh/m²" is not.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_building, of_one_room
from vestibule.privacy.validators import sentence_around

_NUMBER = r"(?:\d{1,3}(?:[ ,.'’]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,4})?)"
_ENERGY = (
    r"(?:(?:[kMG]|kilo|mega|giga)[ -]?Wh|Wh|(?:kilo|mega|giga)?watt-?(?:hours?|stunden?)|"
    r"kilowattheures?|kilovatios?[ -]hora|therms?|(?:k|MM)?BTUs?|[GMk]J|ton-?hours?|ccf|kvarh|kg ?co2e?|"
    r"t ?co2e?|tco2e?|tonnes? (?:of )?co2|số điện)"
)
_RATE = (
    r"(?:[kM]W(?:p|el|th)?|kVA|kilowatts?|megawatts?|m³|m3|cubic met(?:er|re)s?|kubikmeter|mètres cubes|"
    r"metros cúbicos|mét khối|gallons?|lit(?:er|re)s?)"
)
_USE = re.compile(
    r"consum|demand|load|peak|use[ds]?\b|using|usage|dr[ae]w|spent|import|reading|bill|last\w*\b|"
    r"verbrauch|bezug|spitzenlast|lastspitze|grundlast|leistung|z(?:ä|ae)hlerstand|consomm|appel|pointe|relevé|"
    r"consumi|demanda|pico|punta|lectura|"
    r"tiêu thụ|phụ tải|công suất|dùng|sử dụng|chỉ số|burn|gas|water|peak|base ?load|intake",
    re.IGNORECASE,
)
_STORED = re.compile(r"\bstores?\b|\bstorage\b|batter|\bcapacity\b|powerwall|speicher", re.IGNORECASE)
_READING = re.compile(
    r"\b(?:meter (?:read\w*|stand)|z(?:ä|ae)hlerst[aä]nde?|relevé (?:de|du) compteur|(?:last|this|latest|"
    r"current) (?:\w{3,9}(?:'s)? )?(?:bill|invoice)|(?:electricity|gas|energy|power) bill|"
    r"(?:letzte|strom|gas)\w{0,2} ?rechnung|facture d['’]électricité|factura de la luz|hóa đơn (?:tiền )?điện|"
    r"lectura del contador|"
    r"chỉ số công tơ)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s*(?:it|they|that|this|its|their|the (?:consumption|demand|peak|total|usage|bill)|es|er|sie|il|elle|nó)\b",
    re.IGNORECASE,
)


def _is_of_one_building(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if match["rate"] is not None and _USE.search(sentence) is None and not names_a_building(sentence):
        return False
    if _STORED.search(sentence) is not None and not names_a_building(sentence):
        return False
    if (
        of_one_building(sentence)
        or (of_one_room(sentence) and not general(sentence))
        or (_READING.search(sentence) is not None and not general(sentence))
    ):
        return True
    start = match.start()
    before = match.string[max(0, start - 300) : start]
    return _GOES_ON.match(sentence) is not None and not general(sentence) and of_one_building(before)


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        rf"(?<![\w./-])(?<!\d,)(?P<value>{_NUMBER}[ -]?(?:{_ENERGY}|(?P<rate>{_RATE}))(?![\w-])(?:[ ]?(?:/|per |pro |"
        rf"je |par |por )[ ]?(?:m²|m2|sqm|sq\.? ?ft|ft2|ft²|year|month|day|week|annum|a\b|jahr|monat|tag|an|"
        rf"mois|año|mes|h\b))?(?:/a\b)?)",
        re.IGNORECASE,
    ),
    examples=(
        ("Harbor House used 45,300 kWh in May.", "45,300 kWh"),
        ("our site consumes 1.2 GWh a year", "1.2 GWh"),
        ("Building 12: 8 450 kWh", "8 450 kWh"),
        ("Peak demand at Northgate was 340 kW on Monday", "340 kW"),
        ("Northgate's electricity use was 310 MWh", "310 MWh"),
        ("| Maple Tower | 12,345 kWh |", "12,345 kWh"),
        ("Tenant Acme drew 900 kWh last week", "900 kWh"),
        ("Unser Gebäude verbrauchte 45.300 kWh im Mai", "45.300 kWh"),
        ("le bâtiment A a consommé 12 300 kWh", "12 300 kWh"),
        ("El edificio Torre Norte consumió 9.800 kWh", "9.800 kWh"),
        ("Tòa nhà A3 tiêu thụ 12.500 kWh tháng 5", "12.500 kWh"),
        ("The meter reading was 48211 kWh", "48211 kWh"),
    ),
    counter_examples=(
        "Typical offices use 120 kWh/m² per year",
        "The chiller used 120 kWh",
        "CIBSE TM46 gives 95 kWh/m² for a general office",
        "1 therm equals 29.3 kWh",
        "a boiler rated 450 kW",
        "at 2025-07-08 06:00:00 used 1,234.5 kWh",
        "The fan draws 5 kW",
        "a battery of 13.5 kWh",
        "Boiler B-2 burned 300 m³ of gas",
        "AHU-3 uses 4.2 kW",
        "Peak demand in Texas hit 85 GW",
    ),
    valid=_is_of_one_building,
)
