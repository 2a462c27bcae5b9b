"""BACnet objects by type and instance (ASHRAE 135 clause 12), hyphenated, camelCase or abbreviated, and BACnet URIs."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_around

_VALUE = r"(?:analog(?:ue)?|binary|multi[ _-]?state)[ _-]?(?:input|output|value)s?"
_OBJECT = (
    rf"(?:{_VALUE}|(?:integer|positive-?integer|large-?analog|character-?string|octet-?string|bit-?string|"
    rf"date|time|datetime)-?value|accumulator|averaging|calendar|"
    r"event-?enrollment|notification-?class|schedule|trend-?log(?:-?multiple)?|structured-?view|"
    r"life-?safety-?(?:point|zone)|network-?port|pulse-?converter|load-?control|"
    r"access-?(?:door|point|zone|user|rights|credential)|lighting-?output|event-?log|global-?group|loop|"
    r"program|file|command|group|device)"
)
_SHORT = r"(?-i:AI|AO|AV|BI|BO|BV|MI|MO|MV|MSI|MSO|MSV|DEV|TL|SCH|NC|ai|ao|av|bi|bo|bv|mi|mo|mv|msi|mso|msv|dev)"


def _is_object(match: re.Match[str]) -> bool:
    """`AI 3` is an analog input only where BACnet, a device or a controller is the talk."""
    if match["spoken"] is not None:
        return _SPOKEN.search(words_around(match, 80)) is not None
    return match["loose"] is None or _TALK.search(words_around(match, 80)) is not None


_TALK = re.compile(
    r"bacnet|(?:device|dev|controller|gerät|instance)[ :#]{0,2}\d|present.?value|\bobjects?\b|\bpriority\b|who-?is|"
    r"\bddc\b"
)
_SPOKEN = re.compile(r"bacnet|present.?value|readproperty|writeproperty|object.?(?:id|type|name)")

RECOGNIZER = Recognizer(
    type="BACNET_REFERENCE",
    pattern=re.compile(
        rf"(?<![\w.])(?P<value>bacnet://[^\s\"'<>]{{1,120}}(?<![.,;:)])|(?:object_)?{_OBJECT}(?:[\"']?,[ ]?|:[ ]?|"
        rf"[ ]?#[ ]?|;[ ]?|[ ]?/[ ]?)\d{{1,7}}(?![\w-]|[.:]\d|[ ]?[kV%°])|(?<!-){_SHORT}(?:[:,;][ ]?|#|"
        rf"(?P<loose>[ _.-]?[\[(]?))\d{{1,7}}(?![\w-]|[.:]\d)|"
        rf"(?P<spoken>(?:schedule|calendar|loop|program|file|accumulator|trend[ ]?log|averaging|group|"
        rf"object_\w{{5,24}})[ ,:]{{1,2}}\d{{1,7}}(?![\w-]|[.:]\d|[ ]?[kV%°]))|"
        rf"(?:{_VALUE}|notification[ -]?class|trend[ -]?log|event[ -]?enroll?ment|"
        rf"structured[ -]?view)[ _-](?:(?:object|instance|no\.?|number|id)[ ]){{0,2}}\d{{1,7}}(?![\w-]|[.]\d|"
        rf"[ ]?(?:°|%|"
        rf"[kV]|m?A\b|devices|points|objects)))",
        re.IGNORECASE,
    ),
    examples=(
        ('bacnet:object-identifier "device,999"^^bacnet', "device,999"),
        ("read analog-input,3 present-value", "analog-input,3"),
        ("point AI:12 is frozen", "AI:12"),
        ("(analogInput:3)", "analogInput:3"),
        ("write Analog Value 17 to 21", "Analog Value 17"),
        ("binary-output:2001.", "binary-output:2001"),
        ("bacnet://123/analog-value,5/present-value", "bacnet://123/analog-value,5/present-value"),
        ("multi-state-value,44", "multi-state-value,44"),
        ("trend-log,7 holds a day", "trend-log,7"),
        ("BACnet object AI3", "AI3"),
        ("write to BO 3 of controller 120045", "BO 3"),
        ('["analog-output", 7]', 'analog-output", 7'),
        ('read("loop 8476 presentValue")', "loop 8476"),
    ),
    counter_examples=(
        "AI 3 is busy",
        "AHU-1 supply fan",
        "schedule 3 visits",
        "device, 24 V DC",
        "schedule: 08:00 to 18:00",
        "the analog input 0-10 V",
        "AI-1_ZoneTemp",
        "group: 3-phase",
    ),
    valid=_is_object,
)
