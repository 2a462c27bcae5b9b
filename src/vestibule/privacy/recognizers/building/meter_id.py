"""Meters behind their names, in five languages: meter numbers, their serial numbers, names like `EM-3F-01`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.encoded import encoded
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import words_before

_METER = (
    r"(?:(?:sub-?)?(?:smart[ ]?)?(?:electric(?:ity)?|gas|water|heat|power|energy|main|revenue|utility|"
    r"chilled[ ]water|cooling|thermal|submeter|check|fiscal|incoming|smart)[ _-]?)?(?:sub-?)?(?:meters?(?! of (?:pipe|"
    r"cable|duct|wire|head|tub))|mtr)|elec\.?[ ]meter|msn(?=[ :#])|"
    r"(?:haupt|unter|strom|gas|wasser|wärme(?:mengen)?|kälte)?z(?:ä|ae)hler|compteurs?(?: (?:électrique|gaz|"
    r"d['’]eau|linky))?|contador(?:es)?(?: (?:eléctrico|de gas|de agua|de luz))?|(?:công tơ|điện kế|"
    r"đồng hồ)(?: (?:điện(?: tử)?|nước(?: (?:lạnh|nóng))?|gas|tổng|cũ|mới)){0,2}"
)
_ID = (
    r"(?:[ _-]?(?:id|identifier|number|no\.?|nr\.?|num|#|serial(?:[ _-](?:number|no\.?))?|ref(?:erence)?|"
    r"ser\.?[ ]?(?:no|nr)\.?|tag|name|mã số|code|n\.?[º°o]\.?|nummer|kennung|bezeichnung|point[ _-](?:id|number)|"
    r"seri(?:al|e)?|core|s/n|sn))"
)
_VALUE = r"(?:\d{2,6}[ ]){2,7}\d{2,6}|(?=[a-z0-9_.:/-]{0,38}\d)[a-z0-9](?:[a-z0-9_.:/-]{0,38}[a-z0-9])"


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
        return match["named"] is not None and value.isdigit()
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
        and re.search(r"(?:reading|reads?|stand|index|total)\W{0,4}(?:is|was|of|at)?\W{0,4}$", words_before(match, 24))
        is None
    ) or (letters >= 1 and (shaped or (digits >= 5 and letters <= digits)))


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_METER})(?P<named>[ ,]?[ ]?[(\[]?{_ID}(?![^\W_])|"
        rf"(?=#))?(?![^\W\d_])(?:[ ](?:with|mit|avec|con|portant|bearing|mang)[ ](?:the |der |le |el )?(?:id|number|"
        rf"serial|no\.?|"
        rf"nummer|numéro|número))?(?:\s(?:of|in|at|"
        rf"for|von|der|des|de|du|del|của)\s[^\d\n:=]{{2,40}}?(?=[:=]|[ ]is\b)|(?:[ ](?:\([^\d\n()]{{2,16}}\)|"
        rf"[^\W\d_]{{2,12}})){{1,3}}?"
        rf"(?=[ ]?[:=]|[ ](?:số|no\.?|nr\.?|number|nummer|n°|num)[ ]))?"
        rf"{LINK}(?P<value>{_VALUE})(?![\w%°]|[ ]?(?:[kMG]?Wh?\b|m³|m3|m²|kVA|points|meters|%|°|readings|"
        rf"people|days|minutes|hours|years|€|EUR|pulses|V\b|A\b|litres|phases|l/h))",
        re.IGNORECASE,
    ),
    examples=(
        ("meter id MTR-00452", "MTR-00452"),
        ("Meter no. 10045872 failed", "10045872"),
        ("main meter EM-3F-01 is offline", "EM-3F-01"),
        ("Zählernummer 1EMH0012345678", "1EMH0012345678"),
        ("Stromzähler Nr. 44871203", "44871203"),
        ("compteur n° 021876543210", "021876543210"),
        ("contador nº 88123456", "88123456"),
        ("công tơ số 20123456", "20123456"),
        ('"meter_id": "GM-7",', "GM-7"),
        ("submeter SM12", "SM12"),
        ("gas meter serial number G4A00123", "G4A00123"),
        ("our electricity meter (serial no. K10A08522) was swapped", "K10A08522"),
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

LISTED = listed(
    RECOGNIZER,
    r"(?=(?:[^\d\s]*\d){3})[a-z]{0,6}[-_./]?[a-z]{0,3}[0-9][a-z0-9_./-]{2,36}[a-z0-9]"
    r"(?![\w%°]|[ ]?(?:[kMG]?Wh?\b|m³|m3|€|EUR))",
    examples=(
        ("meters 1EMH0012345678 and 1EMH0012345679", "1EMH0012345679"),
        ("meter ids: MTR-00452, MTR-00453", "MTR-00453"),
        ("Meter K0523256234461 replaced by Z14N088150", "Z14N088150"),
        ("meters:\n- EM-3F-101\n- EM-3F-102", "EM-3F-102"),
    ),
    counter_examples=(
        "the meter, the pump and 1234",
        "meters of 2023, 2024",
        "100, 200",
    ),
    cue=r"meter|z(?:ä|ae)hler|compteur|contador|công tơ|đồng hồ",
    flags=re.IGNORECASE,
    replaced=True,
)

ENCODED = encoded(
    RECOGNIZER,
    examples=(
        ("meter RTk1QkcyNjY1NjQ=", "RTk1QkcyNjY1NjQ="),
        ("meter no. MTAwNDU4NzI=", "MTAwNDU4NzI="),
        ("Zähler MUVNSDAwMTIzNDU2Nzg=", "MUVNSDAwMTIzNDU2Nzg="),
    ),
    counter_examples=(
        "meter Installation",
        "meter AAAABBBB",
        "meter dGhlIG1haW4gb25l",
    ),
    cue=r"(?:sub-?)?meters?|mtr|z(?:ä|ae)hler|compteur|contador",
)
