"""Columns of one building's consumption: `building,month,kWh` and tables like it."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_building, of_one_room
from vestibule.privacy.recognizers.columns.column import below, cell


def _is_of_one_building(said: str) -> bool:
    plain = re.sub(r"[_\"']+", " ", said)
    kinds = re.search(
        r"\b(?:type|sector|category|class|model|fuel|appliance|season|typ|kategorie)\b", plain, re.IGNORECASE
    )
    if kinds is not None and not names_a_building(plain):
        return False  # kinds of buildings or things, not one
    return not general(plain) and (
        of_one_building(plain)
        or of_one_room(plain)
        or re.search(r"\b(?:meter|zähler|tenant|site)\b", plain) is not None
    )


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=cell(r"\d{1,3}(?:[ ,.'’]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,4})?(?:[ ]?[kMG]Wh)?", 0),
    needs="\n",
    examples=(
        ("building,month,kWh\nNorthgate,May,45300", "45300"),
        ("Month | kWh (Block C)\nJan | 12192.0", "12192.0"),
        ("| Building | Energy (kWh) |\n|---|---|\n| Northgate | 45,300 |", "45,300"),
        ("| Building | 2025 MWh |\n|---|---|\n| Northgate | 1240 |", "1240"),
        ("site;consumption\nTower B;4711", "4711"),
    ),
    counter_examples=("fuel,kWh\nwood,4.2", "model;kW\nsmall;12", "type,kWh/m²\ntypical office,120"),
    score=0.85,
    valid=below(
        r"(?:(?:19|20)\d\d[ _])?(?:[^\n|,;\t\d]{0,30}[ _(\[])?(?:[kMG]Wh|[kM]W|therms?|GJ|"
        r"kVA)(?:[ _/][^\n|,;\t]{0,24}|[)\]]|[ ]?\([^\n|"
        r",;\t]{1,40}\))?|"
        r"(?:(?:electricity|gas|energy|heat|total|strom|gas|wärme)[ _-]?)?(?:consumption|usage|demand|verbrauch)|"
        r"consommation|consumo|tiêu thụ",
        _is_of_one_building,
    ),
)
