"""Rooms that are called by a name alone, and codes of rooms that somebody is in: "in the Oak room", "I'm in L4-12"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.room_name_first import COMMON

_LIST = (
    "server plant meeting board conference training control boiler switch store waiting changing dining class "
    "living bath bed clean cold show mail break reading post staff locker ball sun music prayer quiet tea rest "
    "operations press war engine machine pump electrical mechanical meter comms computer data print copy "
    "treatment consulting play tank fan chiller filter drying laundry common emergency equipment utility green "
    "dark guest rooms hotel single double family"
)
_PURPOSES = frozenset(_LIST.split())


def _is_called(match: re.Match[str]) -> bool:
    return match["name"] is None or match["name"].lower() not in COMMON | _PURPOSES


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?<!\w)(?:(?:[Ii]n|[Aa]t|[Oo]f|[Ff]or|[Tt]o) (?:the )?(?=[A-Z][a-z]+ [Rr]oom\b)|(?:(?:I['’]?m|i['’]?m|"
        r"we['’]?re|sits?|sitting|is|are) in "
        r"|leak in |meet(?:ing)? in )(?=[A-Z]{1,2}\d{1,2}-\d{1,3}\b))"
        r"(?P<value>(?P<name>[A-Z][a-z]{2,16})[ ][Rr]oom|[A-Z]{1,2}\d{1,2}-\d{1,3}[A-Z]?)(?![\w-]|[ ](?:Temp|"
        r"Booking|Sensor|Air|CO2))"
    ),
    examples=(
        ("it's dripping in the Oak room again", "Oak room"),
        ("im in L4-12, the small one", "L4-12"),
        ("move the chairs to the Juniper Room please", "Juniper Room"),
    ),
    counter_examples=(
        "the fan in the Server room",
        "in the Meeting Room",
        "the sensor is in AHU-12",
    ),
    score=0.8,
    valid=_is_called,
)
