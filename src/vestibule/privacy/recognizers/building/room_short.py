"""Rooms behind a letter that stands for the word: "R. 155" (Raum), "P. 3A" (phòng), and units that are somebody's."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import sentence_around, words_before

_LIVED_IN = re.compile(
    r"\b(?:set[ -]?points?|tenants?|thermostat|occupants?|resident|lease|rent|landlord|guests?|degrees|flat|asked|"
    r"wants?)\b|°",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"\bpages?\b|Seite|chapter|Auflage", re.IGNORECASE)
_MACHINE = re.compile(
    r"\b(?:compressor|condenser|modbus|ahu|vrf|split|outdoor|rooftop|fan coil|slave|"
    r"heat pump)\b",
    re.IGNORECASE,
)


def _is_room(match: re.Match[str]) -> bool:
    """A unit is a flat or shop where the sentence speaks of who lives there, and a machine where it names one."""
    sentence = sentence_around(match)
    if match["unit"] is None:
        return _PRINTED.search(words_before(match)) is None
    return _MACHINE.search(sentence) is None and _LIVED_IN.search(sentence) is not None


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?<![\w.])(?:[RP]\.[ ]|(?P<unit>(?:[Uu]nit|UNIT|[Ss]uite)[ ]))"
        r"(?P<value>[A-Z]{0,3}-?\d{1,4}(?:[.-]\d{1,3}){0,3}[A-Z]?)(?![\w%°/:]|[.,]\d|[ ]?(?:°|m²|kW|%))"
    ),
    examples=(
        ("Fenster in R. 145 schließt nicht", "145"),
        ("P. 3A đang nóng", "3A"),
        ("The tenant in unit 12 insists on 24 °C.", "12"),
        ("occupied cooling setpoint of Unit 118 to 17.5 degC", "118"),
    ),
    counter_examples=(
        "Modbus unit 12 has the setpoint register",
        "unit 12 is offline",
        "a page like R. 12",
        "R. Smith asked",
    ),
    score=0.8,
    valid=_is_room,
)
