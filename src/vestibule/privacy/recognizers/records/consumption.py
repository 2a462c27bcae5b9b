"""One building's energy in fields of a record that says whose it is: `{"site_id": "HH-01", "kwh": 412.5}`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.fields import (
    FIELD,
    FIELD_GATE,
    has_energy_unit,
    means_energy,
    names_a_site,
    parents,
    record_around,
    siblings,
    word_set,
    words,
)

_NOT_YET = re.compile(r"benchmark|typical|default|design|rated|nameplate|limit|target", re.IGNORECASE)
_HELD = word_set("value amount total sum reading v")


def _is_of_one_building(match: re.Match[str]) -> bool:
    """The name says energy, or what encloses it or stands beside it does."""
    text, key = match.string, match["key"]
    above = parents(text, match.start())
    if any(_NOT_YET.search(name) for name in above):
        return False
    beside = siblings(text, key, match.start(), match.end())
    if not (
        means_energy(key)
        or any(means_energy(name) for name in beside)
        or (set(words(key)) <= _HELD and any(means_energy(name) for name in above[:1]))
    ):
        return False
    sure = any(has_energy_unit(name) for name in (key, *beside, *above[:1]))
    return names_a_site(record_around(text, match.start(), match.end(), before=400), beyond_doubt=not sure)


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        rf"{FIELD}(?P<value>\d{{1,3}}(?:[,.'’]\d{{3}}){{1,3}}(?:[.,]\d{{1,3}})?|\d{{1,9}}(?:[.,]\d{{1,4}})?)"
        r"(?![\w%:-]|[.]\d|[ ]?(?:°|€|\$|£))",
        re.IGNORECASE,
    ),
    gate=re.compile(FIELD_GATE, re.IGNORECASE),
    examples=(
        ('{"site_id": "HH-01", "readings": [{"t": "2026-02-03T00:00Z", "kwh": 412.5}]}', "412.5"),
        ('{"facility": "Depot North", "gas_m3": 42110}', "42110"),
        ('{"building": "Harbour House", "electricity": {"value": 1184220, "unit": "kWh"}}', "1184220"),
        ('{"name": "Riverside", "demand": {"peak_kw": 842.0}}', "842.0"),
        ("[demand] building=harbour-house kw=618.4", "618.4"),
        ("property: Tower Two\neui_kwh_m2: 142", "142"),
    ),
    counter_examples=(
        '{"model": "EWAT-B", "name": "Chiller", "kw": 640}',
        '{"name": "Widget", "energy": 5, "strength": 7}',
        '{"kwh": 412.5}',
        '{"building": "HQ", "capacity_kw": 640}',
        '{"site": "HQ", "limits": {"kw": 700}}',
        '{"building_type": "office", "kwh": 120}',
        '{"name": "Alpha", "precision": 2, "unit": "kWh"}',
        "site=eu cpu_load=0.7",
    ),
    score=0.85,
    valid=_is_of_one_building,
)
