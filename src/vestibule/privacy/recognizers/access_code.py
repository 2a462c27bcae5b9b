"""Access, door and alarm codes: digits behind a word that names a lock, in English and German."""

import re

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.recognizers.base import Recognizer

_LOCK = (
    r"(?:access|door|gate|alarm|entry|key(?:pad|\s?safe|\s?box)?|lock\s?box|safe|disarm(?:ing)?|arming|master|plant\s?room|"
    r"security|duress|t[üu]r|zugangs|alarm|tor)"
)
_CODE = r"(?:code|pin|combination|kombination)s?"

RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    level=PrivacyClass.RESTRICTED,
    rule="block",
    pattern=re.compile(
        rf"\b(?:{_LOCK}[\w\s/-]{{0,40}}?{_CODE}|{_CODE}\s+(?:for|of|to)\b[^.:\n\d]{{0,60}}?{_LOCK}|pin)\b"
        r"[^.\n\d*#]{0,60}?(?P<value>(?<![\w.-])[*#]?\d{3,10}[*#]?)(?![\w-]|[.:,]\d|\s?(?:kWh|kW|m²|m3|m³|%|°|€|EUR))",
        re.IGNORECASE,
    ),
    examples=(
        ("Door code main entrance: 4711#", "4711#"),
        ("the alarm code is 902144", "902144"),
        ("Keypad PIN for the plant room: *3358#", "*3358#"),
        ("The code for the loading gate is 2290", "2290"),
        ("Türcode Haupteingang: 8812", "8812"),
    ),
    counter_examples=(
        "fault code 17 on AHU-1",
        "the door counter showed 4711 visits",
        "alarm limit 26.5 °C",
        "building code 2018 applies",
        "postcode 20457",
    ),
)
