"""Rooms and desks with a number or name of their own, as it is written with its word, in five languages."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.places import CODE, ROOM
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import NO_QUANTITY
from vestibule.privacy.validators import words_around, words_before

_NAMED = (
    r"(?:board ?room|(?:conference|meeting|training|seminar|class|board|project|interview|break|committee)[ ]?room|"
    r"lecture (?:theat(?:er|re)|hall|room)|auditorium|seminarroom|huddle(?: room)?|lounge|theatre|"
    r"lab(?:oratory)?|studio|"
    r"(?:besprechungs|konferenz|sitzungs|seminar|schulungs|klassen)(?:raum|zimmer|saal)|hörsaal|tagungsraum|aula|"
    r"salle(?: de (?:réunion|conférence|classe|formation))?|amphithéâtre|amphi|sala(?: de (?:reuniones|juntas|"
    r"conferencias|"
    r"formación))?|auditorio|phòng (?:họp|hội thảo)|hội trường)"
)
# capitalised behind a room as part of a sentence, a product or the name of a point
_COMMON = (
    r"(?!(?:Temp|Setp|Sensor|Book|Soft|Air|Hum|Unit|Control|Occup|Light|Cool|Heat|Vent|(?:Is|In|Was|And|The|For|With|"
    r"At|On|To|Set|CO)\b|Panel|"
    r"Display|System|Manager|Name|Number|Schedul|Calendar|Tech|Furniture|Design|Polyvalente|Type|Area|Level|Zone|Fan|"
    r"Principal|Rules?|Request|Reservation|Status|Usage|Hours|Monday|Tuesday|Wednesday|Thursday|Friday))"
)


def _is_room(match: re.Match[str]) -> bool:
    """ "office 365", "room 21 °C" and rooms in counts ("bay 2 of 4") are none; neither is the name of a point."""
    value, said = match["id"] or "", match[0].lower()
    if match["name"] is not None:
        return True
    if re.fullmatch(r"(?:co|pm|h|v|q|r)-?\d{1,2}", value, re.IGNORECASE):
        return False  # a quantity that is measured there
    if re.fullmatch(r"\d\d(?:[.]\d\d){3,4}", value):
        return False  # a telephone number of the bureau
    if re.search(
        r"(?:temp(?:erature)?|humidity|co2|space|perm|zone|flow|level|pressure|valve|fan|setpoint|sensor) $",
        words_before(match, 20, 0),
    ):
        return False
    if (value.lower() in ("365", "2016", "2019", "2021") and said.startswith("office")) or (
        re.match(r"\d+\.\d+$", value)
        and re.match(r"[ ]?(?:°|kelvin|degree)", match.string[match.end() : match.end() + 10])
    ):
        return False
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
        rf"(?<![\w])(?P<value>(?P<name>{_NAMED}[ ][\"'“„«]?(?-i:{_COMMON}[A-ZÀ-ÝĐ][a-zà-ỹ]{{2,20}}|[A-Z]\d{{0,2}}|"
        rf"\d{{1,3}}[a-z]?)(?![\w-]))|"
        rf"(?:{ROOM})(?![^\W\d_])(?:[ ](?:no\.?|number|nr\.?|n°|nº|số))?[ #(]{{1,3}}(?P<id>{CODE}|"
        rf"(?-i:[A-Z](?:[-.]?\d{{1,4}}|(?=[\s.,;)]|$)))))"
        r"(?![\w%°]|[ ]?(?:[kM]?Wh?\b|m²|m2|sq|°|%|people|hours|rooms?\b|desks|times|degrees|persons|K\b|days|"
        r"ppm|l/s|kW|lux|buildings|€|EUR|\$)|[.,:]\d|(?-i:[ ](?:Temp|Air|Zone|Relative|Humid|Set|CO2|Occ|Sensor|"
        r"Fan|Valve|Damper|Cool|Heat|Press)\w*))",
        re.IGNORECASE,
    ),
    examples=(
        ("Room 3.14 is cold", "Room 3.14"),
        ("the valve in room B-204.", "room B-204"),
        ("meeting room 4", "meeting room 4"),
        ("desk 4-112", "desk 4-112"),
        ("Raum 2.05", "Raum 2.05"),
        ("Zimmer 117", "Zimmer 117"),
        ("salle de réunion 204", "salle de réunion 204"),
        ("despacho 3B", "despacho 3B"),
        ("phòng 1203 nóng", "phòng 1203"),
        ("Boardroom Sequoia is cold", "Boardroom Sequoia"),
        ("to Lecture Theatre 3.", "Lecture Theatre 3"),
        ("in Besprechungsraum Isar zieht es", "Besprechungsraum Isar"),
        ("leak in room B1-02-14", "room B1-02-14"),
        ("room W4/106 is locked", "room W4/106"),
        ("la salle Garonne est froide", "salle Garonne"),
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
        "Meeting Room Booking Software",
        "the boardroom is free",
        "room CO2 is high",
    ),
    score=0.85,
    valid=_is_room,
)

LISTED = listed(
    RECOGNIZER,
    rf"(?-i:[A-Z]{{0,3}})[-.]?\d{{1,2}}(?:[-.]?\d{{1,3}}){{1,2}}[a-z]?{NO_QUANTITY}",
    examples=(
        ("rooms 301 and 302", "302"),
        ("Räume 2.05 und 2.06, Raum 2.07, 2.08", "2.08"),
        ("salle 204, 205", "205"),
    ),
    counter_examples=(
        "rooms with 20 and 30 people",
        "values 301, 302",
        "room of 20, 30 or 40 m²",
    ),
    cue=(
        r"room|\brm|suite|office|desk|apartment|apt|flat|\blab|ward|cubicle|workstation|locker|\bbay|parking|raum|"
        r"zimmer|b(?:ü|ue)ro|platz|wohnung|salle|bureau|chambre|local|poste|appartement|pièce|sala|despacho|"
        r"oficina|habitación|aula|puesto|phòng|căn|studio|lounge|theat|hall|auditori|saal|amphi|hội|huddle"
    ),
    flags=re.IGNORECASE,
)
