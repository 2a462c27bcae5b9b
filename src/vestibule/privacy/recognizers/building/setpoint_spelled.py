"""Temperatures in words that somebody wants in a room: "put Unit 3-160 at twenty-one degrees"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.setpoint import UNIT, of_somebody
from vestibule.privacy.recognizers.building.spelled import DEGREES
from vestibule.privacy.validators import sentence_around

_WEATHER = re.compile(r"outdoors?\b|outside\b|weather|außen|extérieur|exterior|recommend|should|empf", re.IGNORECASE)


def _is_of_one_place(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return _WEATHER.search(sentence) is None and of_somebody(sentence)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(rf"(?<!\w)(?P<value>{DEGREES}[ ]{UNIT})(?!\w)", re.IGNORECASE),
    gate=re.compile(rf"(?<!\w){DEGREES}[ ]", re.IGNORECASE),
    examples=(
        ("somebody put Unit 3-160 at twenty-one degrees", "twenty-one degrees"),
        ("Raum 2.05 bitte auf einundzwanzig Grad", "einundzwanzig Grad"),
        ("mettez le bureau 312 à vingt et un degrés", "vingt et un degrés"),
        ("la sala 4 a veintitrés grados", "veintitrés grados"),
    ),
    counter_examples=(
        "people feel well at twenty-one degrees",
        "it was seventy degrees outside Room 4",
        "turn it by twenty degrees",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
