"""Setpoints of a tenant's or a named room: a temperature, humidity or concentration that somebody set somewhere."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building, of_one_room
from vestibule.privacy.validators import sentence_around, words_before

_UNIT = (
    r"(?:°[ ]?[CF]?|º[ ]?[CF]?|℃|℉|deg(?:rees?|s)?\.?(?:[ ]?(?:C|F|celsius|fahrenheit))?|celsius|"
    r"fahrenheit|grad(?: celsius)?|degrés?|grados?|độ(?: c)?|K|C|F|ppm|%(?:[ ]?rh| r\.?h\.?| humidity)?|"
    r"lux|lx|Pa)"
)
_SET = re.compile(
    r"set[ _-]?points?|\bsp\b|set[ _-]?temp|\bset (?:to|at|back|for)|\bsets?\b|setting|set its|thermostat|"
    r"target|(?:keeps?|kept|holds?|held|maintain(?:s|ed)?|wants?|prefers?|veut|veulent|quiere|desea|"
    r"will\b(?! be)|liegt bei|runs? at|asked for|requested?|"
    r"heated to|cooled to|adjust(?:s|ed)?|chang(?:es|ed)|raised|lowered|turned|cranks?)\b|"
    r"setback|soll(?:wert|temperatur)?|eingestellt|stellt|gestellt|möchte|hält|consigne|réglée?|règle|"
    r"thermostat|souhaite|punto de ajuste|consigna|ajustad\w|termostato|fijad\w|prefiere|mantiene|"
    r"(?:nhiệt độ )?cài đặt|điểm đặt|được đặt|đặt (?:ở|là|nhiệt độ)|muốn|giữ",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    """ "our setpoint", "room 204 is set to", "the tenant wants"; plants' setpoints and recommendations are nobody's."""
    sentence = sentence_around(match)
    if (
        re.search(
            r"(?:tenant|mieter|locataire|inquilino|khách thuê)\w{0,2} [^\d\n:=|]{1,30}[:=|] ?$", words_before(match)
        )
        is not None
    ):
        return True
    plain = match["value"][-1].isdigit()
    if match["link"] is None and (plain or _SET.search(sentence) is None):
        return False
    return of_one_room(sentence) or (
        of_one_building(sentence)
        and not (general(sentence) and re.search(r"recommend|should|empf|ashrae|typical", sentence, re.IGNORECASE))
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?:(?P<link>(?<![^\W_])(?:set[ _-]?points?|set[ _-]?temp(?:erature)?|sollwerte?|"
        rf"solltemperatur|consignes?|consigna|punto de ajuste|nhiệt độ cài đặt|"
        rf"điểm đặt)(?![^\W_])[^\n]{{0,60}}?(?<![\w.-]))|(?<![\w.,/-]))"
        rf"(?P<value>[-−+]?\d{{1,4}}(?:[.,]\d{{1,2}})?(?:(?:[ ]?(?:-|–|to|bis|/|"
        rf"and)[ ]?)\d{{1,3}}(?:[.,]\d{{1,2}})?)?[ ]?{_UNIT}(?![\w²])|(?:(?<=[:=|])|(?<=[:=|] )|(?<=(?:is|to|"
        rf"at|là) )|(?<=(?:ist|est) )|(?<=(?:point|value) )|(?<=wert )|(?<=\w )(?=\d\d[.,]\d))(?:[1-3]\d(?:[.,]\d)?|"
        rf"[4-9]\d(?:\.\d)?)(?![\w%°/-]|[.,:]\d|[ ]?(?:people|kW|%|days|points|l/s|times)))",
        re.IGNORECASE,
    ),
    examples=(
        ("Room 204 is set to 22.5 °C", "22.5 °C"),
        ("the setpoint of tenant Acme is 21 °C.", "21 °C"),
        ("Our setpoint is 72°F", "72°F"),
        ("Acme's setpoint is 22.5 °C", "22.5 °C"),
        ("zone 4 setpoint 21.0", "21.0"),
        ("Suite 400 keeps the thermostat at 74 F", "74 F"),
        ("setpoint room 3.12 = 23.5", "23.5"),
        ("Sollwert Raum 2.05: 20,5 °C", "20,5 °C"),
        ("la consigne du bureau 312 est de 21 °C", "21 °C"),
        ("consigna de la sala 4: 24 °C", "24 °C"),
        ("nhiệt độ cài đặt phòng 1203 là 25 độ", "25 độ"),
        ("The tenant on the second floor wants 24 degrees", "24 degrees"),
    ),
    counter_examples=(
        "a supply-air setpoint of 16 °C is common",
        "ASHRAE recommends 24 °C in summer",
        "outdoor temperature 21.5 °C",
        "Zone Temp Setpoint 1",
        "room temperature 21.5 °C",
        "set the boiler to 60 °C",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
