"""Meters in fields of a record about one: `{"type": "electricity", "serial_no": …}`, `"meters": [{"id": …}]`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.fields import FIELD, parents, word_set, words

_ID = word_set("id serial sn no number nr num ref code name mp mpid point identifier uid")
_METER = word_set("meter meters submeter submeters mp mpan mprn meterpoint meteringpoint zaehler compteur contador")
_UTILITY = re.compile(
    r"(?:type|kind|utility|medium|commodity|fuel|sparte|class)[\"']?[ ]?[:=][ ]?[\"']?(?:electric\w*|elec|gas|"
    r"water|heat\w*|"
    r"cold ?water|cooling|strom|wasser|wärme|smart meter|meter)\b",
    re.IGNORECASE,
)
_OTHER = word_set("model tariff room building site tenant valve vendor account contract firmware version profile class")


def _is_meter(match: re.Match[str]) -> bool:
    said = set(words(match["key"]))
    if not said & _ID or said & _OTHER or sum(c.isdigit() for c in match["value"]) < 4:
        return False
    if said & _METER and (said - _METER):
        return True
    if any(set(words(name)) & _METER for name in parents(match.string, match.start())[:1]):
        return True
    around = match.string[max(0, match.start() - 120) : match.end() + 120]
    return bool(said & {"serial", "sn"}) and _UTILITY.search(around) is not None


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"{FIELD}(?P<value>(?=[a-z0-9_-]{{0,20}}\d)(?!(?:19|20)\d\d-\d\d)[a-z0-9][a-z0-9_/-]{{4,40}}[a-z0-9])(?![\w:.-])",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?:id|serial|sn|no|number|nr|num|ref|code|name|identifier)[\"']?[ ]{0,12}(?::=|[:=])[ ]{0,3}[\"'\[]?[a-z0-9]",
        re.IGNORECASE,
    ),
    examples=(
        ('{"device": {"type": "electricity", "serial_no": "S28SSD1175166741"}}', "S28SSD1175166741"),
        ('{"mp_id": "DE0001283213010000556503807933937"}', "DE0001283213010000556503807933937"),
        ('{"meters": [{"id": "MT174-61540079"}]}', "MT174-61540079"),
    ),
    counter_examples=(
        '{"device": {"type": "valve", "serial_no": "S28SSD1175166741"}}',
        '{"meters": [{"id": "main"}]}',
        '{"supply_fan": {"id": "SF1"}}',
    ),
    score=0.96,
    valid=_is_meter,
)
