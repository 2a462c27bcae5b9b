"""Meters whose number stands some words behind their name, told by the form that makers give it.

A letter, the year, the maker and a serial number (BS 5685), DIN 43863-5, or letters and many digits.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        r"(?<![^\W_])(?i:meters?|z(?:ä|ae)hler|compteurs?|contador(?:es)?|công tơ|"
        r"đồng hồ)(?![^\W_])[^\n\d]{1,48}?(?<![\w./-])"
        r"(?P<value>[A-Z]\d{2}[A-Z]{1,3}\d{5,9}|[A-Z]{1,3}\d{7,13}|\d[A-Z]{3}\d{8,12}|(?<=number )\d{6,12}|"
        r"(?<=numbered )\d{6,12}|"
        r"(?<=serial )\d{6,12})(?![\w-]|[.,]\d|[ ]?[kM]Wh)"
    ),
    examples=(
        ("your meter, at the rear, is E10BG12345", "E10BG12345"),
        ("meters in the riser are numbered 33445566", "33445566"),
        ("Der Zähler im Keller (neu) ist 1EMH0012345678", "1EMH0012345678"),
    ),
    counter_examples=(
        "the meter in room B204 is new",
        "meter reading form ISO50001",
        "the meter type is LZQJ-XC",
    ),
    score=0.85,
)
