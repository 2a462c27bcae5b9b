"""Columns of door and alarm codes beside a column of doors."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell


def _is_a_lock(said: str) -> bool:
    """A column "code" may hold anything unless a lock is spoken of."""
    return (
        re.search(
            r"\b(?:doors?|gates?|locks?|key ?(?:box|safe|pad)|alarms?|entrances?|barriers?|access|pin|disarm|"
            r"tür(?:en)?|"
            r"tore?|zugang|eingang|portes?|accès|puertas?|acceso|cửa|cổng|lock ?boxe?s?|loading|bike|store|garage)",
            said,
            re.IGNORECASE,
        )
        is not None
    )


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=cell(
        r"[*#]{0,2}(?:\d{3,10}|(?=[A-Z]{0,4}\d)[A-Z\d]{4,8}|\d(?:[ -]\d){3,7}|\d{2,4}[ -]\d{2,4})[*#]{0,2}", 0
    ),
    needs="\n",
    examples=(
        ("door,code\nloading dock,4901", "4901"),
        ("| Tür | PIN |\n|---|---|\n| Keller | 4711# |", "4711#"),
        ("code;porte\n45B7;garage", "45B7"),
    ),
    counter_examples=("country,code\nFrance,3300", "fault,code\nlow pressure,1234", "door,state\nfront,1200"),
    score=0.9,
    valid=below(
        r"(?:(?:access|door|gate|alarm|entry|keypad|lock|key ?(?:box|safe)|disarm|pin|tür|zugangs?|master)[ _-]?)?"
        r"(?:code|pin|combination|passcode|kombination|código|clave|mã(?: số)?|digicode)s?|"
        r"code (?:d['’]accès|porte)|código de (?:acceso|puerta)|mã cửa",
        _is_a_lock,
    ),
)
