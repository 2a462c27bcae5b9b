"""Codes behind a lock and a word that leads up to them: "get into the basement with 4711", "front door? its 4711#", and
behind a code that was announced a sentence before.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.locks import DIGITS, LOCK, NO_CODE_UNIT
from vestibule.privacy.validators import inside_uuid_or_time, words_around

_LOCK = (
    r"(?:doors?|gates?|alarms?|panel|loading bay|entrance|entry|barrier|safe|vault|padlock|key ?(?:cabinet|cupboard|"
    r"pad|box|safe)|"
    r"intercom|"
    r"entry ?phone|shutter|hatch|basement|garage|compound|(?:haupt|neben|hinter)?(?:tür|eingang)|tor|schranke|portail|"
    r"porte|"
    r"barrière|puerta|portal|verja|cửa|cổng)"
)
_LEADS = (
    r"(?:with|to|try|needs?|number|remember|is|it['’]?s|its|takes|wants|needs|using|use|enter|dial|press|then|type|"
    r"punch in|tap|number is|master is|"
    r"override|"
    r"mit|lautet|ist|avec|c['’]est|est|con|es|là|bằng)"
)
_OTHER = re.compile(
    r"\b(?:error|fault|part|order|model|serial|article|item|room|extension|ext\.|call|phone|tel\w*|port|register|asset|"
    r"ticket|"
    r"alarm (?:no|number|id)|counter|visits|opened|limit|setpoint|cost|price|width|height|since|until|before|after|"
    r"year)\b"
)


_SMALL = re.compile(r"padlock|combination|safe|vault", re.IGNORECASE)


def _is_code(match: re.Match[str]) -> bool:
    value = match["value"]
    if (
        inside_uuid_or_time(match)
        or re.fullmatch(r"(?:19|20)\d\d", value)
        or (len(value) < 4 and not _SMALL.search(match[0]))
    ):
        return False
    around = words_around(match, 72)
    return _OTHER.search(around) is None and (match["lock"] is not None or LOCK.search(around) is not None)


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        rf"(?<![^\W_])(?:(?P<lock>{_LOCK})(?![^\W_])[^.\n\d]{{0,48}}?(?:[ ]{_LEADS}[ ](?:now |code |jetzt )?|"
        rf"(?<=\w)['’]s[ ](?=[*#]?\d{{4,6}}#?[ ,.;]|[*#]?\d{{4,6}}#?$)|"
        rf"[ ]\((?=[*#]?\d{{4,6}}#?\)))|"
        rf"(?:codes?|pins?|combination|kombination|código|mã)(?![^\W_])[^\n\d]{{0,64}}?(?<!\w)"
        rf"(?:it is|it['’]?s|its|now|er lautet|c['’]est|ahora es)[ ](?:now )?|(?<![\w.])(?=[*#]?\d{{4,8}}#|"
        rf"[*#]\d{{4,8}}))"
        rf"(?P<value>{DIGITS}){NO_CODE_UNIT}",
        re.IGNORECASE,
    ),
    examples=(
        ("You can get in by the basement door with 4711", "4711"),
        ("front door? its 4711#", "4711#"),
        ("The code has been changed. It is now 4711 (main door).", "4711"),
        ("panel asks for a code, it's 4711, then the door opens", "4711"),
        ("the keypad takes 4711", "4711"),
        ("Enter via the side door (4821).", "4821"),
        ("the padlock on the gas cage is set to 482", "482"),
        ("the side gate now answers to 4711", "4711"),
        ("how do I get into the garage? 4711#", "4711#"),
    ),
    counter_examples=(
        "the door is 2100 mm wide",
        "the gate opened with error 4711",
        "the alarm is on since 2019",
        "the colour code is RAL, it is 7035",
        "the door needs 24 V",
    ),
    score=0.85,
    valid=_is_code,
)
