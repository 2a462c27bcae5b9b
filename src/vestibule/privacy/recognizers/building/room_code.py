"""Rooms by their code alone, where the sentence says it is one: "too warm in 3.14", `Bldg2/F3/R312`, `room-305`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import sentence_around

_ABOUT = re.compile(
    r"\b(?:sp|setpoints?|thermostat|meeting|cold|warm|hot|stuffy|draughty|freezing|radiator|window|door|leak|"
    r"lights?|blinds?|"
    r"attendees|sits?|sitting|works?|booked|occupant|occupancy|complain\w*|lamp|ceiling|desk|projector)\b",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"\b(?:section|chapter|version|release|table|figure|clause|step|python|annex|page)\b", re.IGNORECASE
)


def _is_room(match: re.Match[str]) -> bool:
    if match["bare"] is None:
        return True
    sentence = sentence_around(match)
    return _ABOUT.search(sentence) is not None and _PRINTED.search(sentence) is None


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?:(?<![\w.])(?:area|zone|zn|space|room ?ctrl|(?:zone|"
        r"room)[ _]controller)[ ](?=[A-Z]{0,2}-?\d{1,2}\.\d{2}\b)|/(?=(?:rm?|"
        r"room)[-_]?\d{3,4}[a-z]?(?![\w.-]))|"
        r"(?<![\w./-])(?=room-\d{2,4}(?![\w.-]))|(?<=[ ,(])(?=(?-i:RM|Rm)-\d{3,4}[A-Z]?(?:[ ,;.)]|$))|"
        r"(?P<bare>\b(?:in|why is|outside|of|at|"
        r"for) (?=\d{1,2}\.\d{2,3}(?![\w%]|[.,:]\d|[ ]?(?:°|[kM]W|m|s\b|%|€|£|\$|h\b|sec|K\b|bar|Pa|l/|euro|am\b|"
        r"pm\b|uhr)))))"
        r"(?P<value>(?:[A-Z]{1,4}[-_]?)?\d{1,4}(?:\.\d{2,3})?[a-z]?)(?![\w%°]|[.,:]\d)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?:area|zone|zn|space|ctrl|controller)[ ][A-Z]{0,2}-?\d|/(?:rm?|room)[-_]?\d|room-\d|rm-\d|(?:in|is|"
        r"outside|of|at|"
        r"for) \d{1,2}\.\d\d",
        re.IGNORECASE,
    ),
    examples=(
        ("trend: Bldg2/F3/R312 SP=21.5", "R312"),
        ("SP changed 21.0->22.5 in 3.14", "3.14"),
        ("thermostat/room-305/setpoint", "room-305"),
        ("Water ingress, RM-0412, ceiling.", "RM-0412"),
        ("schedule: area E-2.04 setback", "E-2.04"),
        ("Why is 2.16 cold?", "2.16"),
        ("Who sits in 4.117?", "4.117"),
    ),
    counter_examples=(
        "the door closes in 4.03 s",
        "Section 3.12 describes the door in 3.14",
        "results in 3.12",
        "Room101.ZoneTemp",
        "lights out at 7.30 pm",
    ),
    score=0.8,
    valid=_is_room,
)
