"""Setpoints in lines of a log or an alarm, without a sign between name and value: `SP_HTG 19.5`, "21->22.5"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.fields import names_a_place
from vestibule.privacy.validators import sentence_around

_KEY = (
    r"(?:[A-Z]{1,4}[-_. ]){0,2}(?:t?sp|set[ _-]?(?:point|pt|back|temp)|stpt|"
    r"target temp(?:erature)?|requested|commanded)(?:[-_.][A-Z]{2,8})?"
)
_WAS = (
    r"(?:[ ](?:changed|set|was|now|from|to|override|overridden|written|write|raised|lowered|=|:|"
    r"[A-Z]{3,8}(?=[ ]\d))){0,3}"
)
_NAMED = re.compile(rf"(?<![A-Za-z]){_KEY}(?![A-Za-z])", re.IGNORECASE)
_WHOSE = re.compile(
    r"\b(?:tenant|override|room ?ctrl|RM)[ :-]{0,2}[\"'\d\[]|\b(?:in|for|at|by) \d{1,2}\.\d{2}\b|"
    r"\b(?:zone|area|room|space|floor)[ ](?-i:[A-Z])[a-z]{2,16}[-_ ]?\d{0,3}\b|"
    r"(?:/|\b)(?:room|rm|zone|r)[-_]?\d{2,4}\b",
    re.IGNORECASE,
)
_PLANT = re.compile(
    r"\b(?:supply|sat|chw|hw|dhw|discharge|static|pressure|boiler|chiller|pump|ahu-?\d*|flow|default|typical)\b",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    line = sentence_around(match)
    if _PLANT.search(line) is not None or (match["then"] is not None and _NAMED.search(line) is None):
        return False
    return _WHOSE.search(line) is not None or names_a_place(line) or of_one_room(line)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?:(?<![A-Za-z0-9]){_KEY}(?![A-Za-z]){_WAS}[ ]|(?P<then>(?<=\d)[ ]?(?:->|=>|→)[ ]?))"
        r"(?P<value>(?:[1-3]\d|[5-8]\d)(?:[.,]\d{1,2})?(?:[ ]?°?[ ]?[CFK](?!\w))?)(?![\w%:/]|[.,]\d|-(?!>)|"
        r"[ ]?(?:min|sec|Pa|kW|m))",
        re.IGNORECASE,
    ),
    examples=(
        ("hvac: room 117 SP_HTG 19.5", "19.5"),
        ("[RoomCtrl 2.11] target temperature set to 22.5", "22.5"),
        ("schedule: area E-2.04 room 7 setback 17.0 until 07:00", "17.0"),
        ('tenant override "Larkfield Dental" sp 23.5 for 120 min', "23.5"),
        ("WARN room 2.16: requested 25.0 exceeds what is allowed", "25.0"),
        ("old 21->22.5 SP room 3.14", "22.5"),
        ("thermostat/room-305/setpoint 23.0", "23.0"),
        ("apply setback 16.0 to zone Gym-1", "16.0"),
        ("write RM-2204.CLG_SP 73.0 OK", "73.0"),
    ),
    counter_examples=(
        "set point 21",
        "AHU-3 setpoint 18 in room 5",
        "room 12 -> 14 chairs",
        "sp 21",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
