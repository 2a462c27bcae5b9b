"""The other temperature of a sentence that gave one: "asked for 22 instead of 20"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building import setpoint, setpoint_asked, setpoint_place, setpoint_wish
from vestibule.privacy.recognizers.building.setpoint_asked import END, NUMBER

_REACH = 120
_GIVEN = re.compile(rf"(?<![\w.,:/-]){NUMBER}(?![\d:%/-]|[.,]\d|[ ]%)")  # what the first may look like: a cheap look
_FIRST = (setpoint_place.RECOGNIZER, setpoint_asked.RECOGNIZER, setpoint.RECOGNIZER, setpoint_wish.RECOGNIZER)


def _is_another(match: re.Match[str]) -> bool:
    """A setpoint stands shortly before it in the same sentence or field."""
    if _GIVEN.search(match.string, max(0, match.start() - _REACH), match.start() + 1) is None:
        return False
    start, at = max(0, match.start() - _REACH), match.start("value")
    return any(
        0 <= at - found.end("value") < 56 and recognizer.valid(found)
        for recognizer in _FIRST
        for found in recognizer.pattern.finditer(match.string, start, match.start() + 24)
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        r"(?:(?<=(?-i:[\d°CF]))|(?<=rees))[,;.]?[ ](?:[^?!\n\d]{0,36}?[ ])??(?:at|to|instead of|rather than|not|"
        r"from|and|or|was|requested:|/)[ ]"
        rf"(?P<value>{NUMBER}{END}|\d\d[ ]?%[ ]?(?:rh|r\.h\.|(?:relative )?humidity)(?!\w))",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?:at|to|instead of|rather than|not|from|and|or|was|requested:|/)[ ](?:1[5-9]|2[0-8]|6[4-9]|7[0-8]|"
        r"\d\d[ ]?%[ ]?[rh])",
        re.IGNORECASE,
    ),
    examples=(
        ("Unit 12B: landlord offered 22 instead of 20.", "20"),
        ("The gym is limited to 18 °C, the showers to 24 °C.", "24 °C"),
        ("Tenant on floor 6 wants 22 °C summer / 20 °C winter.", "20 °C"),
        ("Room 3.07: current setpoint: 23.5. Requested: 21.", "21"),
    ),
    counter_examples=(
        "it was 12 and not 20.",
        "Room 12 has 22 chairs instead of 20.",
        "the boardroom is set to 22 and has 20 chairs",
    ),
    score=0.8,
    valid=_is_another,
)
