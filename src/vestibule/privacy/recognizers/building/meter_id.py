"""Meters and metering points behind their names: meter numbers, MPAN, MPRN, PRM, MaLo, EAN, GSRN, ESI ID."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import words_before

_METER = (
    r"(?:(?:sub-?)?(?:smart[ ]?)?(?:electric(?:ity)?|gas|water|heat|power|energy|main|revenue|utility|"
    r"chilled[ ]water|cooling|thermal|submeter|check|fiscal|incoming|smart)[ _-]?)?(?:sub-?)?meters?|"
    r"(?:haupt|unter|strom|gas|wasser|wärme(?:mengen)?|kälte)?z(?:ä|ae)hler|compteurs?(?: (?:électrique|gaz|"
    r"d['’]eau|linky))?|contador(?:es)?(?: (?:eléctrico|de gas|de agua|de luz))?|(?:công tơ|"
    r"đồng hồ)(?: (?:điện|nước|gas))?"
)
_ID = (
    r"(?:[ _-]?(?:id|identifier|number|no\.?|nr\.?|num|#|serial(?:[ _-](?:number|no\.?))?|ref(?:erence)?|"
    r"tag|name|code|nummer|kennung|bezeichnung|point[ _-](?:id|number)|seri(?:al|e)?|core|s/n|sn))"
)
_POINT = (
    r"mpan|mprn|mpr|mpid|supply number|s[ _-]number|pod|prm|pdl|pce|cups|ean(?:[ -]?(?:code|18|number|"
    r"nummer))?|gsrn|esi[ _-]?id|esiid|eic(?:[ _-]code)?|nmi|icp|malo(?:-id)?|melo(?:-id)?|"
    r"marktlokation(?:s-?id|snummer)?|messlokation(?:s-?id)?|zählpunkt(?:bezeichnung|nummer|-?nr)?|"
    r"z(?:ä|ae)hlerpunkt|metering[ -]?point(?:[ _-]?(?:id|number|no\.?))?|point de livraison|point of delivery|"
    r"delivery point|punto de suministro|mã (?:khách hàng|điểm đo|công tơ)|service (?:point|"
    r"delivery point)[ _-]?(?:id|number|no\.?)?|z(?:ä|ae)hlernummer|z(?:ä|ae)hler-?nr\.?|z(?:ä|ae)hlerkennung"
)
_VALUE = r"(?:\d{2}[ ])?(?:\d{2,6}[ ]){2,6}\d{2,6}|[a-z0-9](?:[a-z0-9_.:/-]{0,38}[a-z0-9])"


def _is_id(match: re.Match[str]) -> bool:
    """`meter 3` and `meter data` name no meter of ours; `meter EM-3F-01`, `meter 10045872` do."""
    value = match["value"]
    digits = sum(c.isdigit() for c in value)
    if re.fullmatch(
        r"(?:19|20)\d\d(?:-\d\d){0,2}|\d{1,3}(?:[.,]\d+)?|\d{1,2}:\d\d(?::\d\d)?|\d+[.,]\d+|\d+-?(?:phase|"
        r"wire|pole|min|minute|hour|day|way|digit|bit|st|nd|rd|th)\w*",
        value,
        re.IGNORECASE,
    ):
        return (match["named"] is not None and value.isdigit()) or (match["point"] is not None and digits >= 6)
    if match["point"] is not None:
        return digits >= 3 and (value.isdigit() is False or digits >= 5)
    if match["named"] is not None:
        return digits >= 1 and (len(value) >= 3 or value.isdigit())
    letters = sum(c.isalpha() for c in value)
    shaped = (
        re.fullmatch(
            r"[a-z]{1,8}\d{0,4}[a-z]?(?:[-_.:/][a-z0-9]{1,12}){1,5}|\d{1,4}[a-z]{1,4}(?:-[a-z0-9]{1,8}){1,4}|"
            r"[a-z]{1,6}\d{2,16}|\d[a-z]{3}\d{8,14}",
            value,
            re.IGNORECASE,
        )
        is not None
    )
    return (
        digits >= 5
        and letters == 0
        and re.search(r"reading|reads?|stand\b|index|total", words_before(match, 24)) is None
    ) or (digits >= 1 and letters >= 1 and shaped)


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?:(?P<point>(?:{_POINT})(?![^\W_]){_ID}?)|(?:{_METER})(?P<named>{_ID}(?![^\W_])|"
        rf"(?=#))?(?![^\W\d_]))(?:[ ](?:with|mit|avec|con)[ ](?:the )?(?:id|number|serial|no\.?|"
        rf"nummer))?(?:\s(?:of|in|at|"
        rf"for|von|der|des|de|du|del|của)\s[^\d\n:=]{{2,40}}?(?=[:=]|[ ]is\b))?"
        rf"{LINK}(?P<value>{_VALUE})(?![\w%°]|[ ]?(?:[kMG]?Wh?\b|m³|m3|m²|kVA|points|meters|%|°|readings|"
        rf"people|days|minutes|hours|years|€|EUR|pulses|V\b|A\b|litres|phases|l/h))",
        re.IGNORECASE,
    ),
    examples=(
        ("meter id MTR-00452", "MTR-00452"),
        ("Meter no. 10045872 failed", "10045872"),
        ("main meter EM-3F-01 is offline", "EM-3F-01"),
        ("MPAN 12 0123 4567 890", "12 0123 4567 890"),
        ("MPRN: 3012345678.", "3012345678"),
        ("Zählernummer 1EMH0012345678", "1EMH0012345678"),
        ("Stromzähler Nr. 44871203", "44871203"),
        ("MaLo-ID 51238696781", "51238696781"),
        ("EAN 541448920700123456", "541448920700123456"),
        ("compteur n° 021876543210", "021876543210"),
        ("PRM : 14123456789012", "14123456789012"),
        ("contador nº 88123456", "88123456"),
        ("công tơ số 20123456", "20123456"),
        ('"meter_id": "GM-7",', "GM-7"),
        ("submeter SM12", "SM12"),
        ("gas meter serial number G4A00123", "G4A00123"),
    ),
    counter_examples=(
        "the meter reading is 123456 kWh",
        "meter 3",
        "Meter data of 2024",
        "smart meter rollout by 2032",
        "3-phase meter",
        "flow meter 25 m³/h",
        "heat meter accuracy class 2",
        "the meter was read at 06:00",
        "Meter 1 Power",
    ),
    valid=_is_id,
)
