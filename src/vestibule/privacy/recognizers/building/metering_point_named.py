"""Metering points behind the names of their numbers: MPAN, MPRN, PRM, CUPS, MaLo, EAN, GSRN, ESI ID and others."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.encoded import encoded
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import LINK

_POINT = (
    r"m\.?p\.?[ar]\.?n\.?|mpxn|mpr|mpr|mpid|supply (?:point )?numbers?|supply point(?=[ :]{1,2}\d)|"
    r"meter point (?:administration|reference)(?: number)?|s[ _-]number|pod|prm|pdl|pce|cups|"
    r"ean(?:[ -]?(?:code|18|number|"
    r"nummer))?|gsrn|esi[ _-]?id|esiid|eic(?:[ _-]code)?|nmi|icp|malo(?:-id)?|melo(?:-id)?|"
    r"marktlokation(?:s-?id|snummer)?|messlokation(?:s-?id)?|zählpunkt(?:bezeichnung|nummer|-?nr)?|"
    r"z(?:ä|ae)hlerpunkt|metering[ -]?point(?:[ _-]?(?:id|number|no\.?))?|point de (?:livraison|comptage)|"
    r"point of delivery|delivery point|punto de (?:suministro|medida)|mã (?:khách hàng|điểm đo|công tơ|kh|danh bộ)|"
    r"service (?:point|delivery point)[ _-]?(?:id|number|no\.?)?|z(?:ä|ae)hlernummern?|z(?:ä|ae)hler-?nrn?\.?|"
    r"z(?:ä|ae)hlerkennung"
)
_ID = r"(?:[ _-]?(?:id|identifier|number|no\.?|nr\.?|num|#|ref(?:erence)?|code|nummer|kennung|core|bezeichnung))?s?"
_VALUE = r"(?:\d{2,6}[ -]){2,7}\d{2,6}|(?=[a-z0-9_.:/-]{0,40}\d{2})[a-z0-9](?:[a-z0-9_.:/-]{3,38}[a-z0-9])"
_END = r"(?![\w%°]|[ ]?(?:[kMG]?Wh?\b|m³|m3|m²|kVA|points|meters|days|years|€|EUR))"


def _is_id(match: re.Match[str]) -> bool:
    """At least three digits, five where there is nothing else; a year is none."""
    value = match["value"]
    digits = sum(c.isdigit() for c in value)
    if re.fullmatch(r"(?:19|20)\d\d(?:-\d\d){0,2}|\d+[.,]\d+|\d{1,2}:\d\d(?::\d\d)?", value):
        return False
    return digits >= 3 and (not value.isdigit() or digits >= 5)


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_POINT})(?:s(?=[ ]?:))?(?![^\W_]){_ID}(?:[ ]\([^\d()\n]{{2,24}}\))?(?:[ ]điện|[ ]nước|"
        rf"[ ]électrique|[ ]eléctrico)?"
        rf"(?:\s(?:of|in|at|for|von|der|des|de|du|del|für|pour|của)\s[^\d\n:=]{{2,40}}?(?=[:=]|[ ](?:is|ist|est|es|"
        rf"là)\b))?"
        rf"{LINK}(?:S[ ](?=\d\d))?(?P<value>{_VALUE}){_END}",
        re.IGNORECASE,
    ),
    examples=(
        ("Electricity supply number: S 1455290597213", "1455290597213"),
        ("MPRN (electricity, Ireland): 10752275773", "10752275773"),
        ("Your meter point administration number is 17 6270 8473 177.", "17 6270 8473 177"),
        ("MPAN 12 0123 4567 890", "12 0123 4567 890"),
        ("MPRN: 3012345678.", "3012345678"),
        ("MaLo-ID 51238696781", "51238696781"),
        ("EAN 541448920700123456", "541448920700123456"),
        ("PRM : 14123456789012", "14123456789012"),
        ("le compteur (PRM 70652648940257)", "70652648940257"),
        ("mã khách hàng điện là PD83000510601.", "PD83000510601"),
        ("the MPAN for the north wing is 1366989113169", "1366989113169"),
        ('"gsrn": "541448920700123457"', "541448920700123457"),
    ),
    counter_examples=("the pod of 2024", "MPAN core of 13 digits", "icp 12", "cups of tea", "EAN is 18 digits long"),
    valid=_is_id,
)

LISTED = listed(
    RECOGNIZER,
    rf"(?:(?:\d{{2,6}}[ -]){{2,7}}\d{{2,6}}|[a-z]{{0,4}}\d[a-z0-9]{{4,38}}){_END}",
    examples=(
        ("MPANs: 1366989113169, 2188122392531", "2188122392531"),
        ("PRM 14123456789012 et 14123456789013", "14123456789013"),
        ("MPRN 3012345678 / 3012345679", "3012345679"),
    ),
    counter_examples=(
        "MPAN, MPRN and 12345",
        "numbers 12345, 12346",
        "ean codes have 13 or 18 digits",
    ),
    cue=(
        r"mp[rax]|mpid|supply|number|pod|prm|pdl|pce|cups|ean|gsrn|esi|eic|nmi|icp|[ml]o(?:-?id)|m[ae]lo|"
        r"lokation|punkt|point|punto|mã|z(?:ä|ae)hler"
    ),
    flags=re.IGNORECASE,
)

ENCODED = encoded(
    RECOGNIZER,
    examples=(
        ("MPAN MTIwMTIzNDU2NzAwNw==", "MTIwMTIzNDU2NzAwNw=="),
        ("EAN NTQxNDQ4OTIwNzAwMTIzNDU2", "NTQxNDQ4OTIwNzAwMTIzNDU2"),
        ("PRM MTQxMjM0NTY3ODkwMTI=", "MTQxMjM0NTY3ODkwMTI="),
    ),
    counter_examples=(
        "MPAN Handbuch",
        "EAN AbCdEfGh",
        "pod b2Ygd2hhbGVz",
    ),
    cue=r"mp[ar]n|ean|prm|pdl|pod|cups|nmi|malo|melo|gsrn",
)
