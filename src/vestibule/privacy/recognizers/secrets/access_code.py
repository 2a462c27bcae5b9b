"""Access, door, gate, key-safe and alarm codes: digits behind words for a lock and its code, in five languages."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time

_LOCK = (
    r"(?:access|door|gate|alarm|entry|entrance|entrace|key(?:pad|[ -]?safe|[ -]?box|less)?|"
    r"lock(?:[ -]?box|er)?|safe|vault|disarm(?:ing)?|arm(?:ing)?|"
    r"master|plant[ -]?room|security|duress|panic|intruder|burglar|(?:tief)?garagen?|barrier|turnstile|lift|elevator|"
    r"building|front|back|rear|side|main|"
    r"loading|dock|server[ -]?room|roof|basement|parking|car park|installer|engineer|cleaner|night|guest|"
    r"visitor|staff|tür|tuer|türe?n?|haustür|"
    r"zugangs?|eingangs?|zutritts?|alarm(?:anlagen)?|tor|schl(?:ü|ue)ssel(?:safe|tresor|kasten|box)|tresor|"
    r"garagen|schranken?|einbruch|porte|portail|"
    r"accès|entrée|alarme|coffre(?:[ -]à[ -]clés)?|digicode|immeuble|puerta|acceso|entrada|portón|alarma|"
    r"caja(?: de llaves| fuerte)?|garaje|"
    r"cửa|cổng|ra vào|báo động|két|hộp chìa khóa|thang máy|tòa nhà)"
)
_CODE = (
    r"(?:code|pin|pincode|pin-code|pin code|combination|combo|kombination|passcode|zahlencode|nummer|"
    r"código|codigo|combinación|combinaison|clave|mã(?: số| pin)?|mật mã)"
)
_DIGITS = (
    r"(?<![\w.,-])[*#]{0,2}(?:\d{3,10}|\d{1,3}(?:-\d{1,3}){1,4}|\d(?:[ ]\d){3,7}|\d{2,4}[ ]\d{2,4}|"
    r"(?=[a-f]{0,4}\d)[a-f\d]{4,8})[*#]{0,2}"
)
_UNIT = (
    r"(?![\w-]|[.,:]\d|[ ]?(?:kWh|MWh|kW|m²|m2|m3|m³|%|°|€|EUR|USD|\$|ppm|Pa|K\b|l/s|times|hours|minutes|"
    r"seconds|days|people|doors|"
    r"visits|events|alarms|years?|mm|cm|m\b|W\b|V\b|A\b|Stunden|Minuten))"
)

_GATE = re.compile(
    r"(?:code|código|codigo|pins?\b|combina|combo|kombination|clave|nummer|mã|mật|keypad|lock|key.?(?:box|"
    r"safe)|schlo|tresor|safe|kasten|"
    r"coffre|caja|opens?|disarm|deactivate|silence|öffnet|ouvre|abre|[:=][ ]?[*#]?\d{3})[\s\S]{0,130}?\d|\d{3}#",
    re.IGNORECASE,
)


def _is_code(match: re.Match[str]) -> bool:
    """ "building code 2018" and "fault code 17" are no keys; neither is a date or an HTTP status."""
    said = match[0].lower()
    if inside_uuid_or_time(match) or re.search(r"\b(?:in|since|from|of|by|seit|en|năm)\s(?:19|20)\d\d$", said):
        return False
    if re.search(
        r"\b(?:fault|error|status|country|postal|post|zip|area|function|product|vendor|colou?r|qr|bar|tax|"
        r"dial|building) ?codes?\b",
        said,
    ):
        return (
            bool(re.search(r"building codes?\b", said))
            and not re.search(r"(?:19|20)\d\d$", said)
            and "section" not in said
        )
    return True


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        rf"(?:(?<![^\W_]){_LOCK}(?:[\w\s/’'&-]{{0,40}}?[\s_-]|s?){_CODE}s?\b|\b{_CODE}[ ]?s?[ ](?:for|of|to|at|"
        rf"on|für|zu[mr]?|vom|von|der|des|pour|de|du|"
        rf"d['’]|del|para|của|cho|vào|mở)\b[^.:\n\d]{{0,60}}?(?:{_LOCK})|\b(?:mã|code|código|clave)[ ](?:số[ ]|"
        rf"pin[ ])?{_LOCK}\b|(?<![\w-])(?:pin|digicode|keypad|combination|lock[ -]?box|key[ -]?(?:safe|box)|"
        rf"(?:zahlen|kombinations)schloss|schl(?:ü|ue)ssel(?:safe|tresor|kasten)|coffre à clés|caja de llaves|mã pin|"
        rf"alarm pin)\b|"
        rf"\b(?:unlock|disarm|arm|enter|dial|punch in|type in|key in|open|entsperren|öffnen|saisir|taper|"
        rf"composer|marcar|marque|teclear|nhập|bấm)\b[^.\n\d]{{0,40}}?\b"
        rf"(?:code|pin|código|mã|combination|kombination)\b|{_LOCK}[ ]?[:=]?[ ]?(?=[*#]?\d{{3,10}}#)|"
        rf"\b(?:deactivated?|disarm(?:ed)?|unlock(?:ed)?|open(?:ed)?|"
        rf"silenced?)\b(?:[^.\n\d]{{0,30}})?\s(?:with|using|by)\b|"
        rf"\b(?:opens?|unlocks?|disarms?|öffnet|ouvre|abre)\s(?:with|mit|avec|con)\b)"
        rf"(?:[^.\n\d*#]|\.(?=[ ]?[:=])){{0,60}}?(?P<value>{_DIGITS}){_UNIT}",
        re.IGNORECASE,
    ),
    examples=(
        ("Door code main entrance: 4711#", "4711#"),
        ("the alarm code is 902144", "902144"),
        ("Keypad PIN for the plant room: *3358#", "*3358#"),
        ("The code for the loading gate is 2290", "2290"),
        ("Türcode Haupteingang: 8812", "8812"),
        ("Der Zugangscode für den Heizraum ist 5521.", "5521"),
        ("le code de la porte : 45B7", "45B7"),
        ("código de acceso: 9034", "9034"),
        ("El código de la alarma es 7781", "7781"),
        ("Mã cửa tầng hầm: 2468", "2468"),
        ("mã báo động là 135790", "135790"),
        ("door_code = 4711", "4711"),
        ("PIN: 0815", "0815"),
        ("key safe combination 4-7-1-1", "4-7-1-1"),
        ("disarm with code 8899", "8899"),
        ("the back gate opens with 3344#", "3344#"),
        ('"alarm_code": "5580"', "5580"),
        ("lockbox: 4471", "4471"),
        ("side door: 4455#", "4455#"),
    ),
    counter_examples=(
        "fault code 17 on AHU-1",
        "the door counter showed 4711 visits",
        "alarm limit 26.5 °C",
        "building code 2018 applies",
        "postcode 20457",
        "error code 4711 on the access controller",
        "the access door was opened 120 times",
        "door contact DC-12",
        "the keypad was fitted in 2019",
    ),
    score=0.95,
    valid=_is_code,
    gate=_GATE,
)
