"""One building's consumption in words: "shows four hundred and twelve thousand kilowatt hours for the year"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.recognizers.building.spelled import AMOUNT
from vestibule.privacy.validators import sentence_around

_UNIT = r"(?:(?:kilo|mega|giga)watt(?:[ -]?hours?|s)?|[kMG]Wh|cubic met(?:er|re)s|therms|units)"


def _is_of_one_building(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if match["units"] is not None and re.search(r"electric|gas|meter|used", sentence, re.IGNORECASE) is None:
        return False
    return of_one_building(sentence) and not general(sentence)


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(rf"(?<![\w-])(?P<value>{AMOUNT}[ ](?:(?P<units>units)|{_UNIT}))(?![\w-])", re.IGNORECASE),
    gate=re.compile(
        rf"(?:hundred|thousand|million|teen|ty|half|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|"
        rf"eleven|twelve))[ ]{_UNIT}",
        re.IGNORECASE,
    ),
    examples=(
        (
            "the meter at Harbour House shows four hundred and twelve thousand kilowatt hours for the year",
            "four hundred and twelve thousand kilowatt hours",
        ),
        ("Our site drew three hundred kilowatts last night", "three hundred kilowatts"),
        ("our electricity came to nine thousand units", "nine thousand units"),
    ),
    counter_examples=(
        "a boiler of two hundred kilowatts",
        "our order of six units",
        "typical houses use three thousand kilowatt hours",
    ),
    score=0.85,
    valid=_is_of_one_building,
)
