"""Columns of setpoints beside a column of rooms, zones or tenants."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.recognizers.columns.column import DECIMAL, below, cell
from vestibule.privacy.recognizers.fields import means_setpoint, means_state, names_a_place

_NAMED = re.compile(rf"(?<![^\W_]){PLACE}(?![^\W_])", re.IGNORECASE)
_PLACES = re.compile(
    r"(?:^|[\n|,;\t ])[\"']?(?:room|tenant|zone|suite|raum|zimmer|mieter|salle|bureau|locataire|sala|inquilino|phòng|"
    r"floor|etage|building|unit|space|area|location|loc|level|zn)s?(?:[ _-]?(?:name|id|no|number|code))?[\"']?[ \t|,;]",
    re.IGNORECASE,
)
_ADVICE = re.compile(r"recommend|typical|design|guide|default", re.IGNORECASE)


def _is_of_rooms(said: str) -> bool:
    if _ADVICE.search(said) is not None:
        return False
    return (
        _PLACES.search(said) is not None or of_one_room(said) or names_a_place(said) or _NAMED.search(said) is not None
    )


def _says_setpoint(head: str) -> bool:
    return means_setpoint(head) or means_state(head)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=cell(rf"-?\d{{2,3}}(?:{DECIMAL}\d{{1,2}})?(?:[ ]?(?:°[ ]?[CF]?|K|C|F|ppm|%))?", 0, gaps=True),
    needs="\n",
    examples=(
        ("room,setpoint\nC385,21.5", "21.5"),
        ("| Tenant | Setpoint (°C) |\n|---|---|\n| Acme | 22 |", "22"),
        ("Zone;HtgSP;ZoneTemp\n2.07;21.0;22.3", "21.0"),
        ("Room      Clg SP   Space T\n101       74.0     71.2", "74.0"),
        ("Space | Room 2.05\nSetpoint | 21", "21"),
        ("Raum;Sollwert\n2.05;20,5", "20,5"),
    ),
    counter_examples=(
        "loop,setpoint\nchilled water,7",
        "setpoint, schedule\nand, mode",
        "plant,target\nboiler,60",
        "Room  Recommended setpoint\nWard  22",
    ),
    score=0.85,
    valid=below(
        r"(?:(?:cooling|heating|temp(?:erature)?|zone|room|occupied|kühl|heiz)[ _-]?)?(?:set[ _-]?(?:point|temp)|"
        r"sollwert|solltemperatur|target|sp|set)s?(?:[ _]?(?:\(?°?[CF]\)?|temp(?:erature)?|degc|value|cooling|"
        r"heating))?|"
        r"(?:occ(?:upied)?(?=[ _-]?(?:sp|set|temp))|unocc(?:upied)?|heat(?:ing)?|cool(?:ing)?|htg|clg|day|night|"
        r"comfort|eco|"
        r"set ?back)(?:[ _-]?(?:sp|set(?:point)?|"
        r"temp|\(?°?[CF]\)?))?|consigne(?: \(°C\))?|consigna|nhiệt độ cài đặt",
        _is_of_rooms,
        _says_setpoint,
        sideways=True,
    ),
)
