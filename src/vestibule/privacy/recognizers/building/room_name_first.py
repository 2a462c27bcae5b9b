"""Rooms whose name comes first: "the Juniper meeting room", "Sequoia boardroom"."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_LIST = (
    "the our this that your their his her every each any all no one two three first second third ground top main "
    "new old large small big free next other north south east west upper lower left right hot cold warm empty "
    "spare typical standard quiet shared open public private virtual external internal book booked reserve use "
    "please is and or for with executive staff client team office building floor level tower smart video"
)
COMMON = frozenset(_LIST.split())

RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?<![\w.-])(?P<value>(?P<name>[A-Z][a-zà-ÿ]{2,16})[ ](?:(?:meeting|conference|training|seminar|board|"
        r"project|huddle)[ ]?"
        r"(?:room|suite)|boardroom|auditorium))(?![\w-]|[ ](?:Temp|Booking|Sensor|Air|CO2))"
    ),
    gate=re.compile(
        r"(?:meeting|conference|training|seminar|board|project|huddle)[ ]?(?:room|suite)|boardroom|auditorium"
    ),
    examples=(
        ("the Juniper meeting room is stuffy", "Juniper meeting room"),
        ("Sequoia boardroom at 19 °C", "Sequoia boardroom"),
        ("book the Isar conference room.", "Isar conference room"),
    ),
    counter_examples=("The meeting room is free", "Our boardroom", "Large conference rooms"),
    score=0.8,
    valid=lambda match: match["name"].lower() not in COMMON,
)
