"""Serial numbers of meters, said far from their word: "heat meter attached, s/n 48413941", and numbers before the name
of their kind: "is VAAA329715 a valid NMI".
"""

import re

from vestibule.privacy.recognizers.base import Recognizer

_METER = (
    r"(?:(?:sub-?)?meters?|z(?:ä|ae)hlers?|\w{3,12}z(?:ä|ae)hler|compteurs?|contador(?:es)?|contatore|"
    r"công tơ(?: điện)?|đồng hồ)"
)
_SERIAL = (
    r"(?:s/n|sn|serial(?:[ ](?:no\.?|number|num))?|ser\.?[ ]no\.?|(?:numbered|number|no\.|nr\.?|n°|nº|số)|"
    r"seriennummer|fabriknummer|n° de série|matrícula|matricola|marked|stamped|labelled|reads?(?=[ ][A-Z]))"
)
_KIND = r"(?:mp[ar]n|mpxn|nmi|ean|prm|pdl|cups|pod|malo|melo|icp|esi[ ]?id|gsrn|eic|zählpunkt|metering point)"
_ID = r"(?=(?:[a-z-]{0,6}\d){4})[a-z0-9][a-z0-9/-]{3,32}[a-z0-9]|\d{2}(?:[ ]\d{3,4}){2,4}"

RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?:(?<![^\W_]){_METER}(?![^\W_])[^\n.:=\d]{{1,60}}?(?<![^\W_]){_SERIAL}[ ]?[:#]?[ ]{{0,2}}(?:is |"
        rf"ist |est |es |là )?|"
        rf"(?<![\w./+-])(?=(?:{_ID})[ ](?:(?:is|as|an?|the|our|your|valid|right|correct|new|old|active|real|"
        rf"their)[ ]){{1,4}}"
        rf"{_KIND}(?![^\W_])))"
        rf"(?P<value>{_ID})(?![\w-]|[.,]\d|[ ]?(?:[kM]Wh|m³|m3|%|€))",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"(?<![^\W_]){_METER}(?![^\W_])[^\n.:=\d]{{1,60}}?{_SERIAL}|[a-z0-9][ ](?:(?:is|as|an?|the|our|your|"
        rf"valid|right|correct|new|old|active|real|their)[ ]){{1,4}}{_KIND}",
        re.IGNORECASE,
    ),
    examples=(
        ("Photo of heat meter attached, s/n 48413941.", "48413941"),
        ("transfer the account for the meter with serial number E59BG859454 to us", "E59BG859454"),
        ("Is VAAA329715 a valid NMI?", "VAAA329715"),
        ("our meter in the yard is stamped 33445566", "33445566"),
    ),
    counter_examples=(
        "the meter serial number is on the plate",
        "the number of meters is 4711",
        "is 13 a valid MPAN length",
    ),
    score=0.96,
)
