"""Access and alarm codes said before the lock: "use 4471 to disarm", "enter 2580 at the keypad"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.locks import LOCK
from vestibule.privacy.validators import words_around

_SAY = (
    r"(?:use|using|need|try|remember|it['’]?s|its|then|star|enter|dial|type|press|punch(?: in)?|key in|with|input|tap|"
    r"hit|enters|types|dials|presses|uses|tries|keys in|entered|mit|geben sie|"
    r"tippe|"
    r"nutze|tapez|saisissez|composez|marque|introduzca|teclee|pulse|nhập|bấm|dùng)"
)
_LOCK = (
    r"(?:keypad|key ?pad|alarm|doors?|gates?|disarm|unlock|lock ?box|panel|safe|barrier|garage|lift|"
    r"elevator|entrance|reader|cupboard|cabinet|hatch|shutter|locker|padlock|intercom|tür|tor|öffnen|entschärfen|tastenfeld|digicode|clavier|porte|portail|"
    r"alarme|puerta|teclado|alarma|cửa|cổng|báo động|bàn phím)"
)


def _is_said(match: re.Match[str]) -> bool:
    """Nobody counts the doors in "4471 opens the gate" without a word before it."""
    if match["act"] is not None:
        return LOCK.search(words_around(match, 48)) is not None
    return (
        match["say"] is not None
        or match["opens"] is not None
        or (match["code"] is not None and "error" not in match.string[match.start() : match.end() + 20].lower())
    )


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        rf"\b(?:(?P<say>{_SAY})\s(?:the |code |pin |le |el |die |mã )?)?(?P<value>[*#]?(?:\d{{3,8}}|"
        rf"(?-i:[A-Z]?\d{{4,5}}[A-Z])|"
        rf"\d(?:[ -]\d){{3,7}})[*#]?)"
        rf"(?![\w.,:-]\d|[ ]?(?:kWh|kW|m²|°|%|€|screws|mm|people|V\b|W\b))\s"
        rf"(?:(?P<opens>opens|unlocks|disarms|öffnet|entsperrt|ouvre|désactive|abre|desactiva|mở được)\s(?:the |das |"
        rf"die |la |"
        rf"le |el )?(?:\w{{2,12}} ){{0,2}}(?:{_LOCK})\b|(?P<code>(?:is|ist|est|es|là)\s[^.\n\d]{{0,24}}?(?:code|pin|"
        rf"combination|override|passcode|mã|código)\b)|"
        rf"(?P<act>to (?:(?:un)?set|(?:dis)?arm|unlock|get in|override)\b|within \d{{1,3}}[ ]?s(?:ec(?:ond)?s?)?\b)|"
        rf"(?:[^.\n\d]{{0,30}}?\s)?{_LOCK}\b)",
        re.IGNORECASE,
    ),
    examples=(
        ("Use 4471 to disarm the alarm", "4471"),
        ("enter 2580 at the keypad", "2580"),
        ("Anyone who enters 8525 at the rear door gets in.", "8525"),
        ("then press 9021# on the panel", "9021#"),
        ("mit 4711 öffnen", "4711"),
        ("tapez 3456 sur le clavier", "3456"),
        ("marque 9988 en el teclado", "9988"),
        ("nhập 2468 để mở cửa", "2468"),
        ("4711 is the code for the back door", "4711"),
        ("If the intruder alarm goes off, enter 513261 within 30 seconds", "513261"),
        ("2578 opens the riser cupboard on every floor", "2578"),
        ("4711 opens the side gate", "4711"),
        ("It's 4711 for the side entrance.", "4711"),
        ("Alarm: 4711 to set", "4711"),
    ),
    counter_examples=(
        "use 230 V to feed the panel",
        "press 1 to open the door",
        "with 1200 people in the lobby",
        "enter 2024 as the year",
    ),
    valid=_is_said,
)
