"""Codes behind the lock itself: "lockbox 4471", "the back gate opens with 3344#", "side door: 4455#"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.locks import DIGITS, LETTERED, NO_CODE_UNIT
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.validators import inside_uuid_or_time, words_before

_BOX = (
    r"(?:digicode|key[ ]?pad|door entry|(?:side|rear|back|front|main|staff) entrance(?= [-–:] )|(?:front|rear|"
    r"back|side|main|staff) (?:door|gate)(?=[ ]\d{4}(?:[,;.]|$))|vault|safe dial|"
    r"lock[ -]?box|key[ -]?(?:safe|box|cabinet|cupboard)|(?:zahlen|kombinations)schloss|schl(?:ü|"
    r"ue)ssel(?:safe|tresor|"
    r"kasten|box)|(?:coffre|bo[iî]t(?:e|ier)) à clés|candado|padlock|cadenas|caja de llaves|(?:hộp|tủ) (?:chìa )?khóa)"
)
_OPENS = (
    r"(?:(?:(?:to|and) )?get in(?:side)?|entrer|entrar|(?:deactivate|(?:dis)?arm|unlock|open|silence|unset|set)(?:s|d|"
    r"ed)?|öffnet|entschärft|ouvre|désactive|abre|"
    r"desactiva|shut off|turn off|bypass|couper?|désarme[rz]?|neutralise[rz]?|ouvrir|activer|éteindre|abrir|apagar|"
    r"desarmar|"
    r"desactivar|deaktivieren|entschärfen|ausschalten|"
    r"öffnen(?: sie)?|mở|tắt|vô hiệu(?: hóa)?)"
)
_DOOR = r"(?:doors?|gates?|garage|barrier|entrance|lift|alarm|panel|tür|tor|porte|portail|puerta|cửa|cổng)"


def _is_code(match: re.Match[str]) -> bool:
    return (
        not inside_uuid_or_time(match)
        and re.search(r"\b(?:in|since|from|of|by|seit|en|năm)\s$", words_before(match, 8)) is None
    )


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_BOX}(?![^\W\d_])(?:[^.\n\d*#]|\.(?=[ ]?[:=])){{0,40}}?|"
        rf"{_OPENS}[ ,]{{1,2}}(?:[^.\n\d]{{0,30}}?[ ])?(?:with|using|by|mit|avec|con|par|bằng|use|enter|dial|press|"
        rf"punch|"
        rf"key in|type|tape[rz]?|composez?|faites|saisi\w{{1,4}}|marcar?|marque|teclear?|teclee|pulsar?|pulse|"
        rf"introduz\w{{1,4}}|"
        rf"bấm|nhấn|nhập|gõ|eingeben|tippen)[ ](?:(?:the |der |le |el )?"
        rf"[^\W\d_]{{2,12}}[ ]){{0,2}}|(?:(?:dis)?arm|alarm (?:off|aus|unset)|unset|unscharf(?: mit)?)[ :=]{{1,3}}|"
        rf"{_DOOR}[ ]?[:=]?[ ]?(?=[*#]?\d{{3,10}}#))(?P<value>(?<=[:=] ){LETTERED}|(?<=(?:is|es|là) ){LETTERED}|"
        rf"(?<=est ){LETTERED}|"
        rf"{DIGITS}){NO_CODE_UNIT}",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"(?<![^\W_])(?:{_BOX}|{_OPENS}[ ,]|(?:(?:dis)?arm|alarm (?:off|aus|unset)|unset|unscharf)[ :=]|"
        rf"{_DOOR}[ ]?[:=]?[ ]?[*#]?\d{{3}})",
        re.IGNORECASE,
    ),
    examples=(
        ("disarm with 8899", "8899"),
        ("the back gate opens with 3344#", "3344#"),
        ("lockbox: 4471", "4471"),
        ("to disarm use 4471 and wait", "4471"),
        ("to get in, use 4711", "4711"),
        ("For the weekend: front door 1762, as always", "1762"),
        ("alarm off: 4711", "4711"),
        ("side entrance - 4711", "4711"),
        ("vault: 10-25-40", "10-25-40"),
        ("alarm: disarm 4434", "4434"),
        ("side door: 4455#", "4455#"),
        ("the key safe by the entrance is 2-7-9-1", "2-7-9-1"),
        ("Das Tor öffnet mit 4711", "4711"),
        ("boîte à clés chaufferie, code 5226", "5226"),
        ("Le digicode de l'entrée est 956J", "956J"),
        ("pour couper l'alarme tape 775172", "775172"),
    ),
    counter_examples=(
        "the keypad was fitted in 2019",
        "door contact DC-12",
        "the door opens with 230 V",
        "the gate opened 120 times",
    ),
    score=0.95,
    valid=_is_code,
)

LISTED = listed(
    RECOGNIZER,
    rf"{DIGITS}{NO_CODE_UNIT}",
    examples=(
        ("lockboxes open with 4711 or 4712", "4712"),
        ("lockbox: 4711 / 4712", "4712"),
        ("disarm with 8899, 8898", "8898"),
    ),
    counter_examples=(
        "the keypad of 2019, 2020",
        "4711 and 4712",
        "values 123, 456",
    ),
    cue=(
        r"lock|safe|key|arm|open|digicode|schl|coffre|caja|ouvre|désact|abre|desact|öffn|entsch|set|silence|"
        r"door|gate|hộp|mở|activ"
    ),
    flags=re.IGNORECASE,
)
