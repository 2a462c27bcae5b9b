"""Asset tags, inventory and serial numbers of equipment behind their names, in five languages, or as `AST-00123`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import words_before

_NAME = (
    r"(?:asset|equipment|inventory|device|unit|machine|plant[ _-]item|tag|cmms|maximo|work[ _-]?order|sap|"
    r"boiler|chiller|pump|ahu|vav|fan|lift|elevator|generator|ups|transformer|controller|sensor|gateway|"
    r"logger|inverter|battery|"
    r"panel|compressor|heat[ _-]pump|valve|damper|actuator|thermostat|equip)[ _-]?(?:id(?:entifier)?|"
    r"tag(?:[ _-](?:no\.?|number|id))?|number|no\.?|nr\.?|#|code|register(?:[ _-](?:no\.?|number))?|"
    r"ref(?:erence)?|barcode)|"
    r"(?:asset|inventory)(?![ ]serial)|serial(?:[ _-]?(?:number|no\.?|num|nr\.?|#|code))?|s/n(?:o\.?)?|sn|barcode|"
    r"fabrikations-?(?:nummer|nr\.?)|ser\.?[ ]?(?:no|nr)\.?|"
    r"seriennummer|serien-?nr\.?|inv(?:entar|\.)?(?:-?nummer|[ -]?nr\.?)|inv\.?[ ]?no\.?|anlagen(?:nummer|-?nr\.?|"
    r"-?id|kennzeichen)|"
    r"geräte(?:nummer|-?nr\.?|kennung)|equipment-?nr\.?|fabriknummer|fabrik-?nr\.?|akz|"
    r"betriebsmittel(?:kennzeichen)?|"
    r"(?:n°|numéro|no)[ ]?(?:de |d['’])?(?:série|inventaire|équipement|actif)|code équipement|"
    r"identifiant équipement|(?:número|n\.?[º°o]|núm\.?)[ ](?:de )?(?:serie|inventario|equipo|activo)|"
    r"código de (?:activo|equipo)|id de(?:l)? (?:activo|equipo)|"
    r"số (?:sê-?ri|seri|serial|máy)|mã (?:tài sản|thiết bị|máy)"
)


def _is_id(match: re.Match[str]) -> bool:
    value = match["value"]
    digits = sum(c.isdigit() for c in value)
    if match["shaped"] is not None:
        return True
    if re.search(r"(?:meter|zähler|compteur|contador|công tơ|đồng hồ)s?[ ,:(\[-]{0,4}$", words_before(match, 24, 0)):
        return False
    if match[0].lower().startswith("unit") and value.isdigit() and len(value) <= 3:
        return False  # a Modbus unit
    if re.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d|\d{1,3}[.,]\d{1,3}|\d{1,2}:\d\d|\d{3,5}-?(?:baud|bit)", value):
        return False
    return digits >= 2 or (digits == 1 and len(value) >= 4)


RECOGNIZER = Recognizer(
    type="ASSET_ID",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?:{_NAME})(?![^\W\d_])(?:\s(?:of|on|for|der|des|du|del?|"
        rf"của)\s[^\n:=]{{2,40}}?(?=[ ]?[:=]|[ ]is\b))?{LINK}(?=[\w-])|(?<![\w.-])(?P<shaped>(?=(?:ast|asset|"
        rf"eqp?|equip|inventar|sn|s/n)[-_#:]?\d{{4}})))"
        r"(?P<value>(?:(?-i:[A-Z]{2,4})[ ](?=\d{3}))?[a-z0-9](?:[a-z0-9_./-]{0,38}[a-z0-9])?)(?![\w%°]|"
        r"[ ]?(?:[kM]?Wh?\b|V\b|A\b|°|%|ports?\b|"
        r"times|units|devices|assets|l/s|rpm|baud\b|bit\b|kPa|Pa\b|years))",
        re.IGNORECASE,
    ),
    examples=(
        ("asset tag: CH-2019-0047", "CH-2019-0047"),
        ("Asset ID 10045", "10045"),
        ("serial number 4F7K2291.", "4F7K2291"),
        ("S/N: 00123-AB", "00123-AB"),
        ("AST-00123 needs a bearing", "AST-00123"),
        ("Seriennummer: WP-778812", "WP-778812"),
        ("Inventarnummer 4711-08", "4711-08"),
        ("n° de série : X12-9981", "X12-9981"),
        ("número de serie 88A-1201", "88A-1201"),
        ("số sê-ri VN-20231", "VN-20231"),
        ('"equipment_id": "EQ_9912"', "EQ_9912"),
        ("the serial number of the chiller is QX77120", "QX77120"),
        ("mã tài sản TS-0091", "TS-0091"),
        ("asset serial number WZ03-1816-BY", "WZ03-1816-BY"),
        ("Anlage mit Inv.-Nr. 20-00604", "20-00604"),
        ("n.º de inventario TAG 79372", "TAG 79372"),
    ),
    counter_examples=(
        "serial connection at 9600 baud",
        "asset register",
        "the device number is on the label",
        "serial port",
        "unit no longer runs",
        "asset life 20 years",
        "AHU-1",
        "order INV-2026-05075",
        "poll unit id 55",
        "our electricity meter (serial no. K10A08522)",
        "inventory of 2024-05-01",
    ),
    valid=_is_id,
)
