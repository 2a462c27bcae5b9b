"""One building's consumption with the unit before the number: `kwh: 45300`, `Energy (kWh) | 45,300`, CSV headers."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_building, of_one_room

_UNIT = r"(?:[kMG]Wh|kW|therms?|GJ|kVA)"
_KINDS = re.compile(r"\b(?:type|category|sector|class|model|appliance|season|scenario|typ|kategorie)\b", re.IGNORECASE)
_NUMBER = r"\d{1,3}(?:[ ,.'’]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,4})?"


def _is_of_one_building(match: re.Match[str]) -> bool:
    """Records and tables name their building on the same line or a few lines above. What is said in the paragraph
    before, or after, may name it too; where that is a general question it takes nothing back."""
    start, end = max(0, match.start() - 240), match.end() + 120
    begins = match.string.rfind("\n\n", start, match.start())
    ends = match.string.find("\n\n", match.end(), end)
    near, around = (
        re.sub(r"[_\"'{}]+", " ", match.string[a:b])
        for a, b in ((max(start, begins), ends if ends > 0 else end), (start, end))
    )
    if re.search(r"\bregist|u?int(?:16|32)|float32|datatype", around, re.IGNORECASE):
        return False  # a map of registers
    if re.search(r"\b(?:limit|capacity|maximum|rated|rating|threshold)\b", match[0], re.IGNORECASE):
        return False
    if _KINDS.search(around) is not None and not names_a_building(around):
        return False
    return any(not general(said) and (of_one_building(said) or of_one_room(said)) for said in (near, around))


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        rf"(?<![^\W\d_])(?<!/){_UNIT}(?![^\W_])(?:[\"')\]]{{0,3}}[^\n:=|\d]{{0,4}}(?:[^\n:=|]{{0,40}})(?:[=|]|"
        rf":(?!\d\d\b)|"
        rf"\b(?:is|was)\b)[ |]{{0,6}}[\"']?|"
        rf"[^\n]{{0,80}}\n(?:[|:\s-]{{3,120}}\n)?[^\n]{{2,80}}?[,;|\t][ ]{{0,8}})"
        rf"(?:[A-Z][a-z]{{2,8}}[ ])?(?P<value>{_NUMBER})(?![\w:-]|[.,]\d|[ ]?[kMG]Wh)",
        re.IGNORECASE,
    ),
    examples=(
        ('{"building": "B-12", "kwh": 45300}', "45300"),
        ("site: Northgate\nconsumption_kwh: 45300", "45300"),
        ("building,month,kWh\nNorthgate,May,45300", "45300"),
        ("| Building | kWh |\n|---|---|\n| Northgate | 45300 |", "45300"),
        ("Building 7 consumption in MWh = 310.5", "310.5"),
    ),
    counter_examples=(
        "1 kWh = 3.6 MJ",
        "kWh: 12",
        "benchmark for a typical office, kWh/m²: 95",
        "unit kW, scale 10",
        "Tag,Register,Type\nkWh,40112,uint32",
    ),
    valid=_is_of_one_building,
)
