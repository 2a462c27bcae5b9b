"""Setpoints of a tenant's or a named room behind the word for it, in prose, fields and records."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_building, of_one_room
from vestibule.privacy.validators import sentence_around, words_before

_CUE = (
    r"(?:set[ _-]?(?:points?|pts?|pnts?)|stpts?|(?:heat|cool)(?:ing)?(?=[ :=]{1,3}[1-7]\d(?:[.]\d)?(?![\d%]|"
    r"[ ]?[kMW]))|(?-i:SP)(?=[ :=]{1,3}\d)|(?:night |unoccupied )?set[ -]?back(?: temp(?:erature)?)?|"
    r"comfort(?:[ _-](?:temp(?:erature)?|set(?:ting)?|level))|set[ _-]?temp(?:erature)?|thermostats?(?: (?:set|"
    r"setting))?|(?:desired|required|requested|agreed|wanted|chosen|preferred|maintained|control(?:led)?) "
    r"(?:room |air |zone |indoor )?temp(?:erature)?s?|(?:zone|room|cool(?:ing)?|"
    r"heat(?:ing)?|htg|clg)[_-]sp|target[ _-]temp(?:erature)?|"
    r"sollwerte?|raumsoll|(?:nacht)?absenk(?:ung|temperatur)|(?:komfort|wunsch)temperatur|température (?:de confort|"
    r"souhaitée)|"
    r"abaissement (?:de )?nuit|temperatura (?:de confort|deseada)|nhiệt độ mong muốn|"
    r"solltemperatur(?:en)?|consignes?|consigna|punto de ajuste|termostato|nhiệt độ (?:cài đặt|đặt)|điểm đặt)"
)
_NUMBER = r"[-−+]?\d{1,4}(?:[.,]\d{1,2})?(?:(?:[ ]?(?:-|–|to|bis|/|and)[ ]?)\d{1,3}(?:[.,]\d{1,2})?)?"
UNIT = (
    r"(?:°[ ]?[CF]?|º[ ]?[CF]?|℃|℉|deg(?:rees?|s)?\.?(?:[ ]?(?:C|F|celsius|fahrenheit))?|celsius|fahrenheit|"
    r"grad(?: celsius)?|"
    r"degrés?|grados?|độ(?: c)?|K|C|F|ppm|%(?:[ ]?rh| r\.?h\.?| humidity)?|lux|lx|Pa)"
)
_STANDARD = re.compile(
    r"\b(?:EN|ISO|DIN|VDI|ASHRAE|CIBSE|TCVN|QCVN)[ -]{0,2}(?:[A-Z]{2,3}[ -])?\d|\bcategory I|"
    r"\b(?:good|reasonable|ideal|suitable|sensible|optimal|usual) (?:heating |cooling )?(?:set ?point|temperature)",
    re.IGNORECASE,
)
_ADVICE = re.compile(r"recommend|should(?! (?:i|we)\b)|empf|ashrae|typical|default|common", re.IGNORECASE)


def of_somebody(sentence: str) -> bool:
    """Whether a temperature in the sentence is that of a room, tenant or building, and no advice."""
    return of_one_room(sentence) or (of_one_building(sentence) and not (general(sentence) and _ADVICE.search(sentence)))


def _is_of_one_place(match: re.Match[str]) -> bool:
    """ "our setpoint", "room 204 is set to"; plants' setpoints and recommendations are nobody's. A record says above it
    whose it is."""
    sentence = sentence_around(match)
    before = words_before(match)
    if "default" in before or re.search(r"\.\w{1,4}:$", before):
        return False
    if _STANDARD.search(sentence) is not None and not names_a_building(sentence):
        return False
    if re.search(r"(?:tenant|mieter|locataire|inquilino|khách thuê)\w{0,2} [^\d\n:=|]{1,30}[:=|] ?$", before):
        return True
    if of_somebody(sentence):
        return True
    if re.search(r"[:=|][ \"']{0,3}$", before) is None:
        return False
    above = match.string[max(0, match.start() - 160) : match.start()].rpartition("\n\n")[2]
    return (
        of_one_room(above)
        or re.search(r"(?<![^\W_])(?:tenant|room|zone|suite|raum|mieter)\w{0,4}[\"']?[ ]?[:=]", above) is not None
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_CUE}(?![^\W_])[^\n]{{0,60}}?|"
        rf"(?:tenant|mieter(?:in)?|locataire|inquilino|khách thuê)[ ][^\d\n:=|]{{1,30}}[:=|][ ]?)(?<![\w.,/-])"
        rf"(?P<value>{_NUMBER}[ ]?{UNIT}(?![\w²])|(?:(?<=[:=|])|(?<=[:=|][ \"'])|(?<=(?:is|to|"
        rf"at|là) )|(?<=(?:ist|est|auf|was|war) )|(?<=(?:point|value) )|(?<=wert )|"
        rf"(?<=SP )|(?<=heat )|(?<=cool )|(?<=ing )|(?<=stpt )|(?<=\w )(?=\d\d[.,]\d))(?:[1-3]\d(?:[.,]\d{{1,2}})?|"
        rf"[4-9]\d(?:\.\d)?)(?![\w%°/-]|[.,:]\d|[ ]?(?:people|kW|%|days|points|l/s|times)))",
        re.IGNORECASE,
    ),
    examples=(
        ("the setpoint of tenant Acme is 21 °C.", "21 °C"),
        ("Our setpoint is 72°F", "72°F"),
        ("Acme's setpoint is 22.5 °C", "22.5 °C"),
        ("zone 4 setpoint 21.0", "21.0"),
        ("Suite 400 keeps the thermostat at 74 F", "74 F"),
        ("setpoint room 3.12 = 23.5", "23.5"),
        ("Zone 4 SP 22.5", "22.5"),
        ("night setback in office 3.12 is 19", "19"),
        ("Nachtabsenkung in Büro 204: 16 °C", "16 °C"),
        ("Boardroom Sequoia:\n  heating_setpoint: 21.5", "21.5"),
        ("Tenant Hartmann: 21 °C", "21 °C"),
        ("cooling setpoint in suite 300 was 24", "24"),
        ("room=C385 zone_sp=21.5", "21.5"),
        ("setpoint in room C385 is 17 degrees", "17 degrees"),
        ("Sollwert Raum 2.05: 20,5 °C", "20,5 °C"),
        ("la consigne du bureau 312 est de 21 °C", "21 °C"),
        ("consigna de la sala 4: 24 °C", "24 °C"),
        ("nhiệt độ cài đặt phòng 1203 là 25 độ", "25 độ"),
    ),
    counter_examples=(
        "a supply-air setpoint of 16 °C is common",
        "ASHRAE recommends 24 °C in summer",
        "A good setpoint for a gym is 18 °C, for a library 21 °C.",
        "outdoor temperature 21.5 °C",
        "The default setpoint in EN 16798-1 for category II is 20 °C in winter.",
        "Zone Temp Setpoint 1",
        "room temperature 21.5 °C",
        "set the chilled water setpoint to 7 °C",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
