"""Columns of setpoints beside a column of rooms, zones or tenants."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.columns.column import below, cell


def _is_of_rooms(said: str) -> bool:
    return (
        of_one_room(said)
        or re.search(
            r"(?:^|[\n|,;\t ])(?:room|tenant|zone|suite|raum|zimmer|mieter|salle|bureau|locataire|sala|inquilino|phòng|"
            r"floor|etage|building|unit)s?[ \t|,;]",
            said,
            re.IGNORECASE,
        )
        is not None
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=cell(r"[-]?\d{1,3}(?:[.,]\d{1,2})?(?:[ ]?(?:°[ ]?[CF]?|K|C|F|ppm|%))?", 0),
    examples=(
        ("room,setpoint\nC385,21.5", "21.5"),
        ("| Tenant | Setpoint (°C) |\n|---|---|\n| Acme | 22 |", "22"),
        ("Raum;Sollwert\n2.05;20,5", "20,5"),
    ),
    counter_examples=("loop,setpoint\nchilled water,7", "setpoint, schedule\nand, mode", "plant,target\nboiler,60"),
    score=0.85,
    valid=below(
        r"(?:(?:cooling|heating|temp(?:erature)?|zone|room|occupied|kühl|heiz)[ _-]?)?(?:set[ _-]?(?:point|temp)|"
        r"sollwert|solltemperatur|target|sp|set)s?(?:[ _]?(?:\(?°?[CF]\)?|temp(?:erature)?|degc|value|cooling|"
        r"heating))?|"
        r"(?:occ(?:upied)?|unocc(?:upied)?|heat(?:ing)?|cool(?:ing)?|htg|clg|day|night|comfort|eco|"
        r"set ?back)(?:[ _-]?(?:sp|set(?:point)?|"
        r"temp|\(?°?[CF]\)?))?|consigne(?: \(°C\))?|consigna|nhiệt độ cài đặt",
        _is_of_rooms,
    ),
)
