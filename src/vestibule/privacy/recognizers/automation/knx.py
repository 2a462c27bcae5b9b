"""KNX group addresses (main 0–31, middle 0–7, sub 0–255) and individual ones (area.line.device)."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_around, words_before

_GROUP = (
    r"group[ _-]?addr|gruppenadr|adresses? de groupe|direcci[oó]n(?:es)? de grupo|địa chỉ nhóm|(?<![a-z])ga(?![a-z])"
)
_INDIVIDUAL = (
    r"(?:individual|physical)[ _-]?addr|phys\w*[ .]?adr|(?:individuelle|physique)|"
    r"direcci[oó]n (?:f[ií]sica|individual)|địa chỉ vật lý|(?<![a-z])pa(?![a-z])|line coupler|"
    r"linienkoppler"
)
_TALK = re.compile(
    rf"knx|(?<![a-z])(?:eib|ets ?\d?)(?![a-z])|{_GROUP}|(?<![a-z])dpt|telegram|actuator|aktor|dimm|blind|"
    rf"jalousie|shutter|bus coupler|{_INDIVIDUAL}"
)
_BUS = re.compile(rf"knx|(?<![a-z])eib(?![a-z])|{_INDIVIDUAL}|{_GROUP}|aktor|actuator")
_NAMED = re.compile(rf"(?:knx|{_INDIVIDUAL}|{_GROUP}|(?<![a-z])eib)[^\n\d]{{0,48}}$")
_VERSION = re.compile(r"(?:v|version|ets|release|firmware|section|§|dpt|datapoint type)[ :.]{0,2}$")


def _is_knx(match: re.Match[str]) -> bool:
    value = match["value"]
    parts = [int(p) for p in re.split(r"[./]", value)]
    if "/" in value:
        if len(parts) == 2:
            return parts[1] <= 2047 and _NAMED.search(words_before(match, 64)) is not None
        # 1/2/203 is no date; what could be one, or "phases 1/2/3", needs the talk to be of KNX
        return parts[2] <= 255 and (parts[2] >= 100 or _TALK.search(words_around(match, 160)) is not None)
    before = words_before(match, 72)
    if max(parts[0], parts[1]) > 15 or parts[2] > 255 or _VERSION.search(before[-24:]) is not None:
        return False
    talk = _BUS.search(words_around(match, 120)) is not None
    return _NAMED.search(before) is not None or (talk and "version" not in before)


RECOGNIZER = Recognizer(
    type="KNX_ADDRESS",
    pattern=re.compile(
        r"(?<![\w./,+-])(?P<value>(?:3[01]|[12]?\d)/(?:[0-7]/[0-2]?\d{1,2}|\d{1,4})|"
        r"1?\d\.1?\d\.[0-2]?\d{1,2})(?![\w/-]|\.\d|,\d|[ ]?(?:kWh|bar\b|inch))"
    ),
    examples=(
        ("KNX group address 1/2/3", "1/2/3"),
        ("lights on 4/1/203.", "4/1/203"),
        ("GA 0/3/12 dims the lobby", "0/3/12"),
        ("KNX device 1.1.5", "1.1.5"),
        ("individual address 1.1.24 lost", "1.1.24"),
        ("Gruppenadresse: 5/0/17", "5/0/17"),
        ("physikalische Adresse 1.2.10", "1.2.10"),
        ("adresse de groupe 2/4/8", "2/4/8"),
        ("dirección de grupo 3/2/1", "3/2/1"),
        ("địa chỉ nhóm 1/1/7", "1/1/7"),
        ("KNX GA 2/117", "2/117"),
        ('knx: {"ga": "1/0/44"}', "1/0/44"),
        ("the shutter actuator itself is 11.15.217", "11.15.217"),
    ),
    counter_examples=(
        "on 1/2/2023",
        "12/5/23",
        "phases 1/2/3",
        "version 1.1.5",
        "section 1.1.5",
        "KNX version 1.1.5",
        "DPT 9.001 of KNX",
        "1/2 inch",
        "ratio 3/4",
    ),
    valid=_is_knx,
)
