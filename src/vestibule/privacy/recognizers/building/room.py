"""Rooms, desks, zones with a number of their own, and references to floor plans and drawings, in five languages."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_around, words_before

_ROOM = (
    r"(?:meeting |conference |server |plant |class|switch|comms |control |hotel |guest |treatment |"
    r"patient |store |boiler |electrical |mechanical |training |lab )?rooms?|rm\.?|suite|"
    r"office(?:[ ](?:no\.?|number|nr\.?))?|desk|"
    r"apartment|apt\.?|flat|lab(?:oratory)?|classroom|ward|cubicle|workstation|locker|bay|"
    r"parking (?:space|bay|spot)|(?:b(?:ü|ue)ro|besprechungs|server|technik|lager|klassen|heizungs|labor)?raum|"
    r"zimmer|b(?:ü|ue)ro|arbeitsplatz|wohnung|stellplatz|"
    r"salle(?: de (?:réunion|classe|serveurs))?|bureau|chambre|local(?: technique)?|poste|appartement|"
    r"pièce|sala(?: de (?:reuniones|juntas|servidores|máquinas))?|despacho|oficina|habitación|aula|puesto|"
    r"phòng(?: (?:họp|máy chủ|kỹ thuật|làm việc|số|khách))?|căn hộ|văn phòng"
)
_PLAN = (
    r"floor[ -]?plan|site plan|drawing|dwg|layout(?: plan)?|as-?built|blueprint|grundriss|lageplan|"
    r"raumplan|zeichnung(?:snummer|s-?nr\.?)?|bestandsplan|plan d['’]étage|plan de masse|"
    r"plan(?:o)? de (?:planta|niveau)|plano|bản vẽ|mặt bằng"
)


def _is_room(match: re.Match[str]) -> bool:
    """ "office 365", "room 21 °C" and rooms in counts ("bay 2 of 4") are none; neither is the name of a point."""
    value, said = match["value"], match[0].lower()
    if re.search(
        r"(?:temp(?:erature)?|humidity|co2|space|perm|zone|flow|level|pressure|valve|fan|setpoint|sensor) $",
        words_before(match, 20, 0),
    ):
        return False
    if (value.lower() in ("365", "2016", "2019", "2021") and said.startswith("office")) or (
        re.match(r"\d+\.\d+$", value) and re.search(r"°|kelvin|degree", match.string[match.end() : match.end() + 10])
    ):
        return False
    if match["plan"] is not None:
        return any(c.isdigit() for c in value)
    if (
        re.match(r"(?:bay|poste|local|office|bureau|ward|flat|desk|lab|aula|sala)\b", said)
        and value.isdigit()
        and len(value) < 2
    ):
        return re.search(r"room|desk|floor|building|tenant|meeting", words_around(match, 60)) is not None
    return True


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        rf"(?<![^\W])(?:(?:{_ROOM})(?![^\W\d_])|(?P<plan>(?:{_PLAN})(?![^\W\d_])))(?:[ ](?:no\.?|number|nr\.?|"
        rf"n°|nº|số|sheet|ref\.?))?[ "
        rf"\"'#:(]{{1,3}}(?P<value>[a-z]{{0,5}}[-_.]?\d{{1,5}}(?:[-_./][a-z0-9]{{1,6}}){{0,4}}[a-z]?|"
        rf"(?-i:[A-Z](?:[-.]?\d{{1,4}}|(?=[\s.,;)]|$))))"
        r"(?![\w%°]|[ ]?(?:[kM]?Wh?\b|m²|m2|sq|°|%|people|hours|rooms?\b|desks|times|degrees|persons|K\b|days|"
        r"ppm|l/s|kW|lux|buildings|€|EUR|\$)|[.,:]\d|[ ](?:Temp|Air|Zone|Relative|Humid|Set|CO2|Occ|Sensor|"
        r"Fan|Valve|Damper|Cool|Heat|Press)\w*)",
        re.IGNORECASE,
    ),
    examples=(
        ("Room 3.14 is cold", "3.14"),
        ("the valve in room B-204.", "B-204"),
        ("meeting room 4", "4"),
        ("desk 4-112", "4-112"),
        ("Raum 2.05", "2.05"),
        ("Zimmer 117", "117"),
        ("salle de réunion 204", "204"),
        ("despacho 3B", "3B"),
        ("phòng 1203 nóng", "1203"),
        ("floor plan FP-03", "FP-03"),
        ("drawing no. A-101.2", "A-101.2"),
        ("Grundriss EG-02", "EG-02"),
        ("bản vẽ M-201", "M-201"),
    ),
    counter_examples=(
        "room temperature 21.5 °C",
        "Room 21 °C",
        "Microsoft Office 365",
        "an office of 400 m²",
        "Room101.ZoneTemp",
        "RM_204_ZNT",
        "rooms 30 people",
        "Room 1 Temp",
    ),
    score=0.85,
    valid=_is_room,
)
