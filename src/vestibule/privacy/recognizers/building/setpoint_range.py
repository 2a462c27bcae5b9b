"""The temperature before a change: "target changed from 21 to 19.5 °C", "raising the archive from 16 °C to 18 °C"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building import setpoint, setpoint_asked, setpoint_place, setpoint_wish

_REACH = 120
_FIRST = (setpoint_wish.RECOGNIZER, setpoint_place.RECOGNIZER, setpoint.RECOGNIZER, setpoint_asked.RECOGNIZER)
_DEGREES = r"(?:[ ]?(?:°[ ]?[CF]?|º[ ]?C|deg(?:rees?)?(?:[ ]?[CF])?|(?-i:[CF])(?!\w)))?"


def _is_of_the_same(match: re.Match[str]) -> bool:
    """One of the two is a setpoint."""
    start, end = match.start("value"), match.end("to")
    return any(
        found.start("value") <= end and found.end("value") >= start and recognizer.valid(found)
        for recognizer in _FIRST
        for found in recognizer.pattern.finditer(match.string, max(0, match.start() - _REACH), match.end() + 40)
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<![\w-])(?:from|von|de|desde|từ)[ ](?P<value>\d\d(?:[.,]\d)?{_DEGREES})[ ](?:to|auf|à|a|lên|xuống|"
        rf"down to|up to)[ ]"
        rf"(?P<to>\d\d(?:[.,]\d)?)",
        re.IGNORECASE,
    ),
    examples=(
        ("Lab 3 target changed from 21 to 19.5 °C, as asked", "21"),
        ("Would raising the archive from 16 °C to 18 °C harm it?", "16 °C"),
        ("Should I lower the night setback in our kindergarten from 17 to 15 °C?", "17"),
    ),
    counter_examples=(
        "the outdoor temperature rose from 16 °C to 18 °C",
        "open from 10 to 18",
        "a chiller cools water from 12 to 16 °C",
    ),
    score=0.8,
    valid=_is_of_the_same,
)
