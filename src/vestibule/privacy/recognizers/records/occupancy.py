"""Counts of people in fields of a record: `"occ": 14`, `badge_ins=118`, `inside=25` of a people counter."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.fields import (
    FIELD,
    FIELD_GATE,
    means_people,
    names_a_place,
    parents,
    record_around,
    siblings,
    word_set,
    words,
)

_SURE = word_set("headcount pax ppl footfall attendance belegung anwesende besucher occupants people visitors")
_COUNTER = re.compile(
    r"people|occupan|badge|head[ _-]?count|turnstile|visitor|footfall|access[ _-]?control|"
    r"counter[\"']?[ ]?[:=][ ]?[\"']?[\w -]{0,24}(?:entrance|door|gate|lobby|exit|reception|foyer|stairs)",
    re.IGNORECASE,
)
_CHANGE = word_set("in out inside count entries exits total present")
_NOW = word_set("now current total count value in present avg mean peak")
_NO_PLACE = re.compile(r"default|design|typical|capacity|population of|dataset|example", re.IGNORECASE)
_DAY = word_set("mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday")


def _is_of_one_place(match: re.Match[str]) -> bool:
    """The name counts people, or a line about a counter of people says how many passed."""
    key, above = match["key"], parents(match.string, match.start())
    said = set(words(key))
    record = record_around(match.string, match.start(), match.end())
    if any(_NO_PLACE.search(name) for name in above):
        return False
    if any(means_people(name) for name in above[:1]) and said & _DAY:
        return True
    line = match.string[max(0, match.start() - 120) : match.start()].rpartition("\n")[2]
    if said <= {"occupied", "taken", "used", "busy"} and re.search(r"desk|seat", line, re.IGNORECASE):
        return True
    if said and said <= _CHANGE and _COUNTER.search(line) is not None:
        return True
    if any(means_people(name) for name in siblings(match.string, key, match.start(), match.end())):
        return names_a_place(record) or of_one_room(record)
    if means_people(f"{above[0]}_{key}" if above and said <= _NOW else ""):
        return True
    return means_people(key) and (bool(said & _SURE) or names_a_place(record) or of_one_room(record))


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"{FIELD}(?P<value>\d{{1,5}}(?:[.,]\d)?[ ]?%?(?:[ ]?/[ ]?\d{{1,5}})?)(?![\w%:-]|[.]\d|[ ]?(?:°|kW|m²|m2|ppm))",
        re.IGNORECASE,
    ),
    gate=re.compile(FIELD_GATE, re.IGNORECASE),
    examples=(
        ('{"zone": "2.07", "occ": 14}', "14"),
        ('{"area": "canteen", "current_occupancy": 86}', "86"),
        ('{"floor": 3, "peopleCount": 57}', "57"),
        ("people_counter[lobby]: inside=25", "25"),
        ('{"event": "badge_count", "exits": 298}', "298"),
        ("occupancy:\n  mon: 180", "180"),
        ('{"site": "HQ", "headcount": {"now": 187}}', "187"),
        ('{"counter": "main-entrance", "in": 318}', "318"),
        ('{"rooms": [{"name": "Oak", "ppl": 7}]}', "7"),
        ('{"sensor": "desk-sensors-L4", "occupied": 37}', "37"),
        ('{"zone": "L2W", "metric": "people_count", "value": 11}', "11"),
        ("building=north floor=2 people_est=121", "121"),
    ),
    counter_examples=(
        '{"max_occupancy": 120, "room": "assembly"}',
        '{"id": 12, "count": 40}',
        "room=214 occupied_sp=21",
        "GET /api/zones?count=20",
        '{"occupancy_sensor": 2}',
    ),
    score=0.85,
    valid=_is_of_one_place,
)
