"""The code of another lock in the sentence that gave one: "alarm code 5779, duress 5182", "celui du parking 2945"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets import access_code, lock_code
from vestibule.privacy.recognizers.secrets.locks import DIGITS, LOCK, NO_CODE_UNIT

_REACH = 160
_WHEN = re.compile(
    r"\b(?:weekends?|nights?|days?|new|old|summer|winter|neu|alt|wochenende|nuit|noche)\b", re.IGNORECASE
)
_END = re.compile(r"[.!?]\s|\n\n")


def _is_another(match: re.Match[str]) -> bool:
    """A code stands before it in the sentence, and what stands between speaks of a lock."""
    string, start = match.string, match.start()
    if match["becomes"] is None and LOCK.search(match["between"]) is None and _WHEN.search(match["between"]) is None:
        return False
    first = max(0, start - _REACH)
    said = _END.split(string[first:start])[-1]
    return any(
        recognizer.valid(found)
        for recognizer in (access_code.RECOGNIZER, lock_code.RECOGNIZER)
        for found in recognizer.pattern.finditer(string, start - len(said), start + 1)
    )


RECOGNIZER = Recognizer(
    type="ACCESS_CODE",
    pattern=re.compile(
        r"(?<=[\dA-Z#*\"')])(?P<between>[ ](?P<becomes>to|->|→|auf|bằng)[ ](?=[*#]?\d{4})|"
        r"[ ]?(?:[,;/|]|and|und|et|y|và|\n[ \t]*[-*•]?)[ \t][^.\n\d]{2,48}?[ :=(\"'])"
        rf"(?P<value>{DIGITS}){NO_CODE_UNIT}"
    ),
    examples=(
        ("alarm code 5779, duress 5182", "5182"),
        ("Le code de la porte est 9561, celui du parking 2945.", "2945"),
        ("El código de la puerta es 6496; el de la alarma, 429275.", "429275"),
        ("Gate code changed from 4711 to 4712", "4712"),
        ("door codes: front 4821, bike store 4823", "4823"),
        ("Mon-Fri door code 4711, weekend 4712", "4712"),
        ("Türcode 4711 und Alarmanlage 8822", "8822"),
        ("door code: 4711\n- gate: 4712", "4712"),
    ),
    counter_examples=(
        "alarm code 5779, 12 doors",
        "error code 5779, gate 5182",
        "the gate is 12 m wide, the door 2100 mm",
        "lift 2, door 2100",
    ),
    score=0.9,
    valid=_is_another,
)
