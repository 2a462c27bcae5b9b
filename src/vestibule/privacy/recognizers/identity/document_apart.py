"""Numbers of identity documents with other words between their name and them: "her passport, a copy is attached, is
C01X00T47"."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_DOCUMENT = (
    r"(?:passport|reisepass|personalausweis|passeport|pasaporte|hộ chiếu|(?:identity|id|residence)[ -](?:card|permit)|"
    r"national id|driv(?:er['’]?s?|ing)[ -]licen[cs]e|führerschein|carte d['’]identité|permis de conduire|dni|cccd)"
)

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?i:{_DOCUMENT})(?![^\W_])[^\n\d]{{1,48}}?(?<![\w-])"
        r"(?P<value>[A-Z]{1,3}[ ]?\d{6,9}[A-Z]?|(?=(?:[A-Z]*\d){3})(?=\d*[A-Z])[A-Z0-9]{8,11}|\d{8,13})(?![\w-]|[.,]\d)"
    ),
    examples=(
        ("her passport, a copy is attached, is C01X00T47", "C01X00T47"),
        ("passport (GBR) 533380006", "533380006"),
        ("ID card of the guard: L01X00T471", "L01X00T471"),
    ),
    counter_examples=(
        "passport control at gate AHU-12",
        "energy passport of the building: class C",
        "the passport office opens at 0800",
    ),
    score=0.85,
)
