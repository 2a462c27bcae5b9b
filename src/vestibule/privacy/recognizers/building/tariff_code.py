"""Rate schedules by their codes where somebody is on them: "we are on LGS-TOU", "Tarif Vert A5"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.validators import sentence_around

_MONEY = re.compile(
    r"\b(?:pay|paid|pays|rates?|tariffs?|billed|kwh|kw|demand charge|utility|supply|contract|schedule)\b", re.IGNORECASE
)


def _is_ours(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if match["value"].startswith(("Tarif", "Option")):
        return True
    return _MONEY.search(sentence) is not None and not general(sentence)


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        r"(?:\b(?:are|is|was|were|am|stay|billed|switch(?:ed)?|moved?|put us|took us) (?:still |now |"
        r"currently )?(?:on|onto|under|to) "
        r"(?:the |rate |schedule |tariff ){0,2}|(?P<named>(?<!\w)(?=Tarif (?:Bleu|Jaune|Vert)|(?:SG|GS|LGS|MGS|SGS|"
        r"LP|GP|TOU|HT|BT|MT)-|Option ))(?<!-))"
        r"(?P<value>Tarif (?:Bleu|Jaune|Vert)(?: [A-Z]\d{0,2}\b)?|Option (?:Base|HP/HC|Tempo|EJP)|"
        r"[A-Z]{1,5}\d{0,2}-(?:TOU|[A-Z]{1,4}|\d{1,2})"
        r"(?:-?[A-Z0-9]{1,4}){0,2}|[A-Z]{2,5}[-_]?\d{1,3}[A-Z]?|(?:[A-Z][A-Za-z-]{2,16} ){1,3}(?:[A-Z][a-z]{2,16}|"
        r"\d{1,3})(?= (?:and|at) (?:we )?pay|,? "
        r"(?:paying|tariff|rates?|plan)\b))(?![\w-])"
    ),
    examples=(
        ("We are on LGS-TOU and pay a lot", "LGS-TOU"),
        ("the site is billed under E-19 rates", "E-19"),
        ("on Tarif Vert A5 since May", "Tarif Vert A5"),
        ("We are on Half-Hourly Fixed 24 and pay a lot", "Half-Hourly Fixed 24"),
        ("switched to TOU-8 rates", "TOU-8"),
    ),
    counter_examples=("AHU-1 is on VFD-2", "the pump is on", "we are on BACnet-IP", "moved to B-12"),
    score=0.8,
    valid=_is_ours,
)
