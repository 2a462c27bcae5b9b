"""BACnet device instances, network numbers and MS/TP addresses behind their names."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import LINK, NO_MEASURE
from vestibule.privacy.validators import words_around

_DEVICE = (
    r"(?:device|dev|controller|gerät|appareil|dispositivo|thiết bị)[ _-]?(?:object[ _-]?)?(?:instance|inst\.?|"
    r"id|identifier|instanz)(?:[ _-]?(?:number|no|num|id))?|"
    r"bacnet[ /_-]{0,2}(?:ip|mstp|ms/tp|sc)?[ _-]{0,2}(?:(?:devices?|controllers?|instances?|instanz|ids?|object|"
    r"router|gerät|geräte-?id|appareil|dispositivo|thiết bị|node|gateway|address|"
    r"adresse)[ _-]?){0,3}(?:id|instance|no|number)?|"
    r"(?:objekt|geräte)-?instanz|geräte-?id|(?:object|point)?[ _-]?instance(?:[ _-]?(?:number|no|id))?|"
    r"instanz(?:nummer)?|(?:appareil|dispositivo|thiết bị) bacnet|instance d['’](?:appareil|objet)|"
    r"instancia(?: de(?:l)? (?:dispositivo|objeto))?"
)
_NETWORK = (
    r"(?:bacnet[ _-]?)?network[ _-]?(?:number|no\.?|num|nr)|bacnet[ _-]?net(?:work|z|"
    r"zwerk)?(?:[ _-]?(?:number|no|nr|nummer))?|netz(?:werk)?-?nummer|numéro de réseau|réseau bacnet|"
    r"número de red|red bacnet|mạng bacnet|"
    r"[ds]net|ms/?tp[ _-]?(?:mac|address|addr|station|node|id|adresse)(?:[ _-]?address)?|"
    r"mac(?:[ _-]address)? (?=\d{1,3}\b)"
)

_PERHAPS = (
    r"(?:id|instance|inst|devices?|dev\.?|ddc|object|network|net|address|adresse|who-?is|i-?am|(?:read|"
    r"write)-?property(?:multiple)?|trunk|router|gerät|"
    r"dispositivo|appareil)"
)


def _is_reference(match: re.Match[str]) -> bool:
    """Of "instance 3" and "MAC 12" only those near the word BACnet; "BACnet 2020" is an edition of the standard."""
    said = match[0].lower()
    if re.match(r"who-is|i-am", said):
        return True
    if len(match["value"]) >= 5 and re.match(r"dev|inst|gerät|disp|appa|read|write|i-?am|who", said):
        return True
    if match["perhaps"] is not None:
        return re.search(r"bacnet|ms/?tp|\bddc\b", words_around(match, 80)) is not None
    if re.fullmatch(r"bacnet\W{0,3}(?:135|(?:19|20)\d\d)", said):
        return False
    if re.match(
        r"(?:instan|object|point|mac|gerät|netz|numéro|número|controller|appareil|dispositivo|thiết|network|"
        r"device[ _-]?id)",
        said,
    ) and not re.search(r"device|gerät|network n", said):
        around = match.string[max(0, match.start() - 160) : match.end() + 160].lower()
        return re.search(r"bacnet|ms/?tp|device,|analog|binary|object", around) is not None
    return True


RECOGNIZER = Recognizer(
    type="BACNET_REFERENCE",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_DEVICE}|{_NETWORK}|"
        rf"(?P<perhaps>{_PERHAPS}(?![^\W\d_])))(?:[ ](?:to|from|"
        rf"under))?{LINK}(?P<value>\d{{1,7}}(?:-\d{{2,7}})?)(?![\w/-]|[.:,]\d|"
        rf"[ ]?(?:devices|"
        rf"points|objects|[kM]Wh?\b|°|%|controllers|V\b|m?A\b|networks|bit|Mbit|ms\b|years|buildings))",
        re.IGNORECASE,
    ),
    examples=(
        ("BACnet device 260001", "260001"),
        ("BACnet device instance: 389001.", "389001"),
        ('"device_instance": 2001,', "2001"),
        ("bacnet:device-instance 123 ;", "123"),
        ("DeviceID=10012", "10012"),
        ("BACnet network 2001", "2001"),
        ("network number 4050", "4050"),
        ("BACnet device named AHU1 with ID 5001", "5001"),
        ("who-is 3001 over BACnet/IP", "3001"),
        ("MS/TP MAC address 12", "12"),
        ("das BACnet-Gerät 40012", "40012"),
        ("thiết bị BACnet số 3001", "3001"),
        ("l'appareil BACnet n° 12001", "12001"),
        ("dispositivo BACnet 5012", "5012"),
        ("no answer from device 120045", "120045"),
        ("ReadProperty to 389001 timed out", "389001"),
        ("seen under instance 389001", "389001"),
    ),
    counter_examples=(
        "BACnet 2020",
        "an instance 3 times a day",
        "BACnet has 12 devices",
        "BACnet/IP on 10.0.0.5",
        "device count 14",
        "BACnet supports 40 devices",
    ),
    score=0.92,
    valid=_is_reference,
)

LISTED = listed(
    RECOGNIZER,
    rf"\d{{2,7}}{NO_MEASURE}",
    examples=(
        ("BACnet devices 1201 and 1203", "1203"),
        ("device instance 3001, 3002", "3002"),
        ("BACnet device 77 / 78", "78"),
    ),
    counter_examples=(
        "devices 12 and 13 of the shop",
        "1201, 1202",
        "BACnet 2016 and 2020",
    ),
    cue=(
        r"bacnet|device|controller|gerät|appareil|dispositivo|thiết bị|instan|net|ms/?tp|"
        r"mac|réseau|red|mạng|id|object|address|adresse|who|am|trunk|router"
    ),
    flags=re.IGNORECASE,
)
