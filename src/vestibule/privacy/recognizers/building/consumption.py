"""One building's consumption or demand: an amount of energy in a sentence or row that says whose it is.

"Typical offices use 120 kWh/m²" is public; "Harbor House used 120 kWh/m²" is not.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_building, of_one_room
from vestibule.privacy.validators import sentence_around

_NUMBER = (
    r"(?:(?:\d{1,3}(?:[ ,.'’]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,4})?)"
    r"(?:[ ](?:thousand|million|bn|mio\.?|mn|tsd\.?|millionen|millions? de|millones de|nghìn|triệu))?)"
)
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
# a load or a consumption with its time is somebody's, though nobody is named
_LABELLED = re.compile(
    r"\b(?:site|building|whole[ -]building|campus|annual|monthly|daily|weekly|quarterly|peak|maximum|base|"
    r"overnight|night|"
    r"weekend|electricity|gas|heat(?:ing)?|total|grid)[ -]?(?:load|demand|consumption|usage|use|import|intake)\b|"
    r"\bbase ?load\b|\b(?:spitzenlast|stromverbrauch|gasverbrauch|consommation|consumo|tiêu thụ)\b",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"\b(?:for|over|in|during) (?:the|this|last) (?:quarter|month|year|week|period|day|summer|winter|night)\b|"
    r"\b(?:last|this) (?:month|year|week|night|quarter|january|february|march|april|may|june|july|august|september|"
    r"october|november|december)\b|\byesterday\b|\btoday\b|\bright now\b|\bytd\b|\bon \d{1,2}(?:st|nd|rd|th)? [A-Z]|"
    r"\b(?:overnight|at night|at weekends|on weekends|in (?:19|20)\d\d|for (?:19|20)\d\d|a month|a year|per month)\b|"
    r"\bat \d{1,2}(?::\d\d|[ ]?[ap]m)|\b(?:since|until) \w|\b(?:up|down) (?:by )?\d+(?:[.,]\d+)?[ ]?%|"
    r"\b(?:letzten|im letzten|en|le mois|el mes|tháng)\b",
    re.IGNORECASE,
)
# the line of a report, and a use of a place that both speakers know
_OWN_LINE = re.compile(
    r"^[\s*•-]{0,4}(?:\d{1,2}[.)](?:\d{1,2}[.)]?)? )?(?:gas|electricity|elec|power|heat(?:ing)?|total|energy|"
    r"consumption|usage)"
    r"(?: (?:use|consumption|for|in|of|this|last)\b[^.:\n]{0,30})?(?: came to| was|:)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:against|budget(?:ed)?|planned|previous|last|vs\.?|(?:for|in) (?:19|20)\d\d|up|down)\b", re.IGNORECASE
)
_DEFINITE = re.compile(
    r"\b(?:consumption|usage|use|demand|load|bill|heat|electricity|gas) (?:of|at|in|for|by) (?:the|our|this|its|"
    r"their) \w|"
    r"\b(?:the|this) (?!average|typical|country|world|grid|sector|industry|network|market|unit|system|device|"
    r"model|product)"
    r"(?-i:(?!unit)[a-zà-ÿ]+ ){1,3}?(?:still |now |already |only )?(?:used|uses|needs|needed|draws|drew|takes|"
    r"took|consumes|"
    r"consumed|burns|burned|"
    r"burnt|pulls|pulled|gets through|got through|imported|imports|bought)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"(?:supply|capacity|limit|rating|rated|connection|transformer|size|sized|contract(?:ed)?|budget|target|"
    r"allowance|up to|"
    r"maximum)(?: (?:of|is|at|was|for))? $",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"\b(?:chillers?|boilers?|pumps?|fans?|ahu|motors?|compressors?|batter\w+|country|countries|nation\w*|"
    r"world\w*|grid "
    r"operator|households?|fridges?|freezers?|ovens?|servers?|racks?|cars?|evs?|lifts?|elevators?|heaters?|lamps?|"
    r"light\w*|dryers?|kettles?|appliances?|devices?|units?|panels?|arrays?|turbines?|systems?|machines?|texas|germany|uk|europe|city|state|region|example|suppose|assum\w+)\b|-\d",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?:19|20)\d\d[ ][kMG]Wh")
_GOES_ON = re.compile(
    r"\s*(?:it|they|that|this|its|their|the (?:consumption|demand|peak|total|usage|bill)|es|er|sie|il|elle|nó)\b",
    re.IGNORECASE,
)


def _is_of_one_building(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if _HEAD.fullmatch(match["value"]) and re.search(r"[|;\t][ ]*$", match.string[: match.start()][-4:]):
        return False  # the head of a column
    if match["rate"] is not None and _ALLOWED.search(match.string[max(0, match.start() - 24) : match.start()]):
        return False
    if match["rate"] is not None and _USE.search(sentence) is None and not names_a_building(sentence):
        return False
    if _STORED.search(sentence) is not None and not names_a_building(sentence):
        return False
    if (
        of_one_building(sentence)
        or (of_one_room(sentence) and not general(sentence))
        or (_READING.search(sentence) is not None and not general(sentence))
        or (_of_a_known_place(sentence) and _MACHINE.search(sentence) is None and not general(sentence))
    ):
        return True
    start = match.start()
    before = match.string[max(0, start - 300) : start]
    return _GOES_ON.match(sentence) is not None and not general(sentence) and of_one_building(before)


def _of_a_known_place(sentence: str) -> bool:
    return (
        (_LABELLED.search(sentence) is not None and _TIMED.search(sentence) is not None)
        or (_OWN_LINE.search(sentence) is not None and _COMPARED.search(sentence) is not None)
        or _DEFINITE.search(sentence) is not None
    )


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
        ("Peak demand for the quarter: 842 kW on 12 July.", "842 kW"),
        ("Gas: 14,220 m³ against what we had planned", "14,220 m³"),
        ("Total for 2025 came to 3.1 GWh", "3.1 GWh"),
        ("Electricity consumption of the swimming baths has doubled to 96 MWh a month.", "96 MWh"),
        ("Site load is 512 kW at 3 am", "512 kW"),
        ("the Riverside campus took 2.3 million kWh", "2.3 million kWh"),
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
        "is our supply of 800 kVA too large?",
        "the battery took 12 kWh",
        "a house needs 3,000 kWh",
        "The base load of a chiller plant last year was 40 kW",
        "Building | 2024 MWh | 2025 MWh",
    ),
    valid=_is_of_one_building,
)
