"""Temperatures in words without "degrees", where somebody asks: "the heating in unit 14 down to nineteen"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_place
from vestibule.privacy.recognizers.building.setpoint_place import MEASURED
from vestibule.privacy.recognizers.building.spelled import DEGREES
from vestibule.privacy.validators import sentence_around

_TO = (
    r"(?:(?:down|up|back|on)[ ](?:to|at)|(?:kept|keep|keep it|held|hold|set|fixed|stays?|put|turned|is|"
    r"be)[ ](?:at|to|on))"
)
_WARM = re.compile(
    r"\b(?:heat\w*|cool\w*|temperature|thermostat|set ?points?|warm\w*|cold|hot|degrees|kept|air ?con\w*)\b",
    re.IGNORECASE,
)

_UNIT = re.compile(r"\b(?:unit|suite|shop|bay|flat|level|floor) [A-Z]?\d", re.IGNORECASE)


def _is_wanted(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if _WARM.search(sentence) is None or MEASURED.search(sentence) is not None:
        return False
    return _UNIT.search(sentence) is not None or of_one_place(sentence)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<!\w){_TO}[ ](?P<value>{DEGREES})(?=[.,;!?]|\s*$|\s*\n|[ ](?:please|pls|all|for|from|instead|"
        rf"rather|tonight|"
        r"today|tomorrow|over|until|till|at night|during|again|and|not|in the|when)\b)",
        re.IGNORECASE,
    ),
    examples=(
        ("could you turn the heating in unit 14 down to nineteen, thanks", "nineteen"),
        ("the dentist wants the surgery kept at twenty two all day.", "twenty two"),
        ("Our thermostat in the lobby is set to sixty-eight", "sixty-eight"),
    ),
    counter_examples=(
        "the count of the gym is back to nineteen.",
        "turn to page twenty, please",
        "heating costs went up to twenty, they say",
    ),
    score=0.8,
    valid=_is_wanted,
)
