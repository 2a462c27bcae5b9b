"""Modbus units (slaves) and function codes, by their names."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import LINK, NO_MEASURE
from vestibule.privacy.validators import words_around

_CERTAIN = (
    r"(?:unit|slave|station)[ _-]?(?:id(?:entifier)?s?|address(?:es)?|addr\.?)|slaves?|modbus[ /_-]?(?:rtu|"
    r"tcp)?[ _-]?(?:id|units?|"
    r"slaves?|devices?|gerät|teilnehmer|node|server|station|esclave|esclavo|meter|adr\.|no|nr)(?:[ _-]?(?:id|"
    r"no|number|address))?|"
    r"(?:dirección|adresse|id|địa chỉ) modbus|slave-?(?:adresse|id|nr)|teilnehmer-?adresse|geräteadresse|(?:adresse|"
    r"id|n°|"
    r"numéro)[ ](?:de )?(?:d['’]|l['’])?esclave|esclave(?: modbus)?|(?:dirección|id)[ ](?:de |"
    r"del )?esclavo|esclavo(?: modbus)?|"
    r"địa chỉ (?:slave|modbus)|function[ _-]?codes?|funktionscode|code (?:de )?fonction|código de función|"
    r"mã hàm|fn[ _-]?code|modbus(?=[ ]?[:#])"
)
_PERHAPS = r"[us]id|unit|node|station|device|addr(?:ess)?|adresse|id|fc|function|func|gerät|dirección|địa chỉ"


def _is_modbus(match: re.Match[str]) -> bool:
    said, near = match[0].lower(), words_around(match, 120)
    if re.match(r"(?:function|funktion|fn)", said) and re.search(r"\b(?:calendar|sql|cost)\b", near):
        return False
    if match["perhaps"] is None:
        return True
    return (
        re.search(
            r"modbus|holding.?reg|\bfc ?=?0?(?:[1-6]|15|16|2[0-4])\b|rs-?485|\brtu\b|slave|(?:read|write|"
            r"force)\W(?:single|multiple)|\bregister [34]",
            near,
        )
        is not None
        and 0 <= int(match["value"], 0 if "x" in said else 10) <= 247
    )


RECOGNIZER = Recognizer(
    type="MODBUS_REFERENCE",
    pattern=re.compile(
        rf"(?<![^\W_])(?:(?:{_CERTAIN})(?![^\W\d_])|"
        rf"(?P<perhaps>(?:{_PERHAPS})(?![^\W\d_]))){LINK}(?P<value>0x[0-9a-f]{{1,2}}|"
        rf"\d{{1,3}}){NO_MEASURE}(?!,\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("unit id 5", "5"),
        ("Modbus slave 12 is silent", "12"),
        ("slave address: 247.", "247"),
        ("function code 3", "3"),
        ("function code 0x10", "0x10"),
        ("FC03 over Modbus", "03"),
        ("modbus tcp, port 502, unit 7", "7"),
        ("Slave-Adresse 3", "3"),
        ("esclave 14", "14"),
        ("Funktionscode 4", "4"),
        ("código de función 6", "6"),
        ('"slave_id": 17', "17"),
        ("mã hàm 03", "03"),
    ),
    counter_examples=(
        "rooftop unit 5",
        "unit 12 on the third floor",
        "station 4 of the metro",
        "Modbus has 4 tables",
        "the slave cylinder",
    ),
    valid=_is_modbus,
)

LISTED = listed(
    RECOGNIZER,
    rf"\d{{1,3}}{NO_MEASURE}(?!,\d)",
    examples=(
        ("slave 3 and 4", "4"),
        ("unit ids 5, 6", "6"),
        ("Modbus slaves 12 / 13", "13"),
    ),
    counter_examples=(
        "units 3 and 4 of the book",
        "3, 4",
        "function keys 3 and 4",
    ),
    cue=(
        r"unit|slave|station|modbus|adresse|esclav|dirección|địa chỉ|fun[ck]|fonction|"
        r"función|hàm|fn|node|device|addr|id|fc|gerät"
    ),
    flags=re.IGNORECASE,
)
