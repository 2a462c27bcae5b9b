"""Access, door, gate and alarm codes: digits, or short codes of letters and digits, behind a word for a code."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.locks import DIGITS, LETTERED, LOCK, NO_CODE_UNIT
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.validators import inside_uuid_or_time

_CODE = (
    r"(?:codes?|(?<![^\W_])(?:access|entry|security|alarm|unlock|personal) numbers?|(?<![^\W_])pins?(?:[ -]?codes?)?|"
    r"combinations?|(?<![^\W_])combos?|kombination|zahlen(?:kombination|"
    r"folge)|"
    r"códigos?|codigos?|combinación|combinaison|(?<![^\W_])claves?|(?<![^\W_])mã(?: số| pin| mở)?|mật mã|"
    r"(?<=tür|tor)nummer)"
)
_NUMBERED = (
    r"(?:(?:room|zone|area|partition|keypad|panel|floor|level|gate|door|dock|building|block|unit|suite|tower|raum|tor|"
    r"tür|halle|haus|porte|salle|"
    r"bâtiment|puerta|"
    r"sala|edificio|cửa|phòng|tòa)[ ](?:no\.?[ ]|nr\.?[ ])?[a-z]?\d{1,4}[a-z]?(?=[ ]?[:=]|[ ][^\W\d_]{3,10}[ ]?[:=]|"
    r"[ ](?:is|ist|lautet|est|es|"
    r"là)\b)|(?:from|as of|since|on|after|ab(?: dem)?|seit|à partir du|depuis le|desde el|từ(?: ngày)?)[ ]\d{1,2}"
    r"(?:[./]\d{1,2}[./]?(?:\d{2,4})?|(?:st|nd|rd|th|\.)?[ ][^\W\d_]{3,10}(?:[ ](?:19|20)\d\d)?)(?=[ ]?[:=]|"
    r"[ ](?:is|ist|est|es|là|will)\b))"
)
_IS = (
    r"(?:[\"')\]]{0,2}[ ]?(?:[:=#-]|->|\b(?:is|was|ist|lautet|war|est|es|là|now)\b|"
    r"\b(?:changed|set) to\b)?[ ]?:?[ ]?[\"'(`*]{0,2})"
)
_GAP = r"(?:[^.\n\d*#]|\.(?:(?=[ ]?[:=]|\.)|(?<=\.\.)(?=[ ])|(?<=[ ]n[or]\.))|(?<=:)[ ]?\n(?=[ ]))"
_ENOUGH = re.compile(r"pin|combin|kombin|zahlen|mật mã", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:fault|error|err|status|country|postal|post|zip|area|function|product|vendor|colou?r|qr|bar|tax|dial|"
    r"discount|promo|"
    r"source|voucher|booking|order|project|cost|rate|return|exit|response|http|diagnostic|trouble|device|fehler|storno|"
    r"d['’]erreur|de error|lỗi|bưu chính|model|part|asset|article|artikel|material|currency|language|"
    r"unit|point|event|reason|iso|uic|nace|sic)[ _-]?$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w\s/’'&:({\"-]{0,48}$")
_MEANS = re.compile(
    r"[ ](?:means?|indicates?|stands for|appears|shows|bedeutet|signifie)|[ ]?=[ ]?[a-z]", re.IGNORECASE
)


def _is_code(match: re.Match[str]) -> bool:
    """ "building code 2018" and "fault code 17" are no keys; neither is a code of nothing that can be locked."""
    string, said = match.string, match[0].lower()
    before = string[max(0, match.start() - 48) : match.start()]
    own = _NAME.search(before.rpartition("\n")[2])
    named = own[0] if own else ""
    year = re.fullmatch(r"(?:19|20)\d\d", match["value"]) is not None
    if (
        inside_uuid_or_time(match)
        or _OTHER.search(named) is not None
        or re.search(r"\b(?:in|since|from|of|by|seit|en|năm)\s(?:19|20)\d\d$", said)
        or _MEANS.match(string, match.end())
    ):
        return False
    if re.search(r"building[ _-]?$", named, re.IGNORECASE):
        return not year and "section" not in said
    if (
        match["value"][-1] in "#*"
        or _ENOUGH.match(said)
        or LOCK.search(named)
        or LOCK.search(said, 0, match.start("value") - match.start())
    ):
        return True
    after = re.split(r"[.\n;]", string[match.end() : match.end() + 48])[0]
    return not year and LOCK.search(after) is not None


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        rf"(?=[capesukzmnt]){_CODE}(?![^\W\d_])(?:{_IS}(?P<lettered>(?={LETTERED}{NO_CODE_UNIT}))|"
        rf"{_GAP}{{0,60}}?(?:{_NUMBERED}{_GAP}{{0,12}}?)?)"
        rf"(?-i:(?=[*#0-9A-Za-f]))(?P<value>(?(lettered){LETTERED}|(?:{DIGITS}|(?<=: ){LETTERED}|(?<=is ){LETTERED}|"
        rf"(?<=est ){LETTERED})))"
        rf"{NO_CODE_UNIT}",
        re.IGNORECASE,
    ),
    examples=(
        ("Door code main entrance: 4711#", "4711#"),
        ("New gate code from 1 March: 9886.", "9886"),
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
        ('"alarm_code": "5580"', "5580"),
        ("Alarm panel: disarm code C0048X", "C0048X"),
        ("the code for room 204 is 4711", "4711"),
        ("Code d'accès du local vélos : 7975K", "7975K"),
        ("Access via the loading bay (code 4711).", "4711"),
        ("Door Code ........ 4711", "4711"),
        ("barrier pin no. 4711", "4711"),
        ("gate: {code: 4711, hours: 24}", "4711"),
        ("Mã tủ chìa khóa tầng hầm: 939142", "939142"),
        ("Der Code fürs Tor lautet 2468#.", "2468#"),
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
        "the alarm code E101 means high pressure",
        "error codes 4711, 4712 and 4713 at the gate",
    ),
    score=0.95,
    valid=_is_code,
)

LISTED = listed(
    RECOGNIZER,
    rf"(?:{DIGITS}|{LETTERED}){NO_CODE_UNIT}",
    examples=(
        ("gate codes 4711 and 4713", "4713"),
        ("Alarmcode: 4711, 4712", "4712"),
        ('"pins": ["4711", "4712"]', "4712"),
    ),
    counter_examples=(
        "error codes 4711, 4712",
        "codes of 12, 14 and 16 doors",
        "between 4711 and 4712",
        "error codes 4711 to 4719 of the door",
    ),
    cue=r"code|pin|combo|combi|kombi|folge|código|codigo|clave|mã|mật|nummer",
    flags=re.IGNORECASE,
)
