"""Lettable units and Vietnamese rooms by their abbreviation: "the tenant in Unit 3-199", "P. B2.93 bị rò nước"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_around, words_before

_PLANT = re.compile(
    r"(?:roof\s?top|condens\w+|out\s?door|indoor|coil|handling|pump|slave|modbus|split|vrf|a/?c|hvac|terminal|control|"
    r"fan|"
    r"cooling|heating|remote|processing|power|per|terminal|recovery|ventilation|package\w*|rtu|ahu|this)[ -]$"
)
_BUS = re.compile(r"modbus|slave|rs-?485|register|uid\b|bacnet|compressor|condenser|rooftop")
_TALK = re.compile(r"tầng|phòng|họp|nhiệt độ|lạnh|nóng|điều h[oò]|người")
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def _is_let(match: re.Match[str]) -> bool:
    """A unit may be a machine or a Modbus slave, and "P. 12" a page."""
    around = words_around(match, 100)
    if match["unit"] is not None:
        return _PLANT.search(words_before(match, 20)) is None and _BUS.search(around) is None
    if match["value"][1] != ".":
        return _TALK.search(around) is not None
    return _VIETNAMESE.search(around) is not None or _TALK.search(around) is not None


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?<![\w-])(?P<value>(?P<unit>[Uu]nit[ ](?:\d{3,4}[A-Za-z]?|\d{1,2}[-.]\d{2,4}|[A-Z]-?\d{2,4}|\d{1,2}[A-Z]))|"
        r"P\.?[ ]?(?:[A-Z]?\d{1,2}(?:\.\d{2,3}){1,2}|[A-Z]?-?\d{3,4}))(?![\w/-]|[.,:]\d|[ ]?(?:°|%|kW|m²|m2|people|"
        r"V\b))"
    ),
    examples=(
        ("The thermostat in Unit 3-199 was turned up", "Unit 3-199"),
        ("Unit 118 is cold", "Unit 118"),
        ("P. B2.93 bị rò nước từ dàn lạnh.", "P. B2.93"),
        ("họp ở P.302 lúc 9h", "P.302"),
    ),
    counter_examples=(
        "rooftop unit 118",
        "Modbus unit 118",
        "see P. 302 of the manual",
        "unit 5",
    ),
    score=0.8,
    valid=_is_let,
)
