"""Setpoints in fields of a record that says whose it is: `{"zone": "2.07", "heating_sp": 21}`, `room=214 SP=21.5`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.recognizers.fields import (
    FIELD,
    FIELD_GATE,
    means_setpoint,
    means_setpoint_within,
    means_state,
    names_a_place,
    parents,
    record_around,
    siblings,
    words,
)

_NAMED = re.compile(rf"(?<![^\W_]){PLACE}(?![^\W_])", re.IGNORECASE)
_CALLED = re.compile(rf"(?<![^\W_])(?!units?(?![^\W_])){PLACE}(?![^\W_])", re.IGNORECASE)
_SET = re.compile(r"set[ _-]?(?:point|temp)|setpt|stpt|override|(?<![^\W_])sp(?![^\W_])|thermostat", re.IGNORECASE)
_SOURCE = re.compile(r"\.(?:py|js|ts|go|java|c|cpp|rs|rb|php)$")
_CHANGED = frozenset({"from", "to", "old", "new", "value", "before", "after", "was", "now"})
_VAGUE = frozenset({"target", "set", "desired", "requested"})
_BOUNDS = frozenset({"min", "max", "low", "high"})
_DEFAULT = re.compile(r"default|typical|design|template|example", re.IGNORECASE)


def _is_of_one_place(match: re.Match[str]) -> bool:
    """The name says a setpoint, or what encloses it does, or it is the old and new value in a line about one."""
    text, key = match.string, match["key"]
    above = parents(text, match.start())
    if _SOURCE.search(key) is not None:
        return False
    if not (
        means_setpoint(key)
        or means_setpoint_within(key, above)
        or any(means_setpoint(name) for name in siblings(text, key, match.start(), match.end()))
        or ((means_state(key) or set(words(key)) <= _BOUNDS) and any(means_setpoint(name) for name in above[:1]))
        or (_CHANGED.issuperset(words(key)[-1:]) and _SET.search(_line(match)) is not None)
    ):
        return False
    if any(_DEFAULT.search(name) for name in above):
        return False
    record = record_around(text, match.start(), match.end())
    if key.lower() in _VAGUE:
        return of_one_room(record) or (
            key.lower() in ("target", "desired", "requested") and _CALLED.search(record.replace("-", " ")) is not None
        )
    return names_a_place(record) or of_one_room(record) or _NAMED.search(record.replace("-", " ")) is not None


def _line(match: re.Match[str]) -> str:
    first = max(0, match.start() - 160)
    return match.string[first : match.start()].rpartition("\n")[2]


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"{FIELD}(?P<value>(?:[1-3]\d|[4-8]\d)(?:[.,]\d{{1,2}})?(?:[ ]?°?[ ]?[CFK](?![\w]))?)(?![\w%/-]|[.,:]\d)",
        re.IGNORECASE,
    ),
    gate=re.compile(FIELD_GATE, re.IGNORECASE),
    examples=(
        ('{"zone": "2.07", "heating_sp": 21}', "21"),
        ("zn=3.12 htg_sp=21.5 zt=20.8", "21.5"),
        ("Bldg2/F3/R312 SP=21.5 T=20.9", "21.5"),
        ('{"name": "Boardroom", "targetTemperature": 22.5}', "22.5"),
        ('{"id": "B2.11", "room": "B2.11", "setpoint": {"heat": 21.0}}', "21.0"),
        ("room: 4.11\ntarget: 22", "22"),
        ("setpoint override room=214 new=24 user=frontdesk", "24"),
        ('{"room": "4.12", "state": {"desired": {"temperature": 22.0}}}', "22.0"),
        ('{"writes": [{"point": "RM217.ZN-T-SP", "value": 22.5}]}', "22.5"),
        ("zones:\n  boardroom:\n    heat_to: 20.5", "20.5"),
        ('{"suite": "310", "setpoints": {"occupied": {"heat": 20.5}}}', "20.5"),
        ("sched zone=Nursery mode=comfort target=22.0", "22.0"),
        ('{"area": "Pool hall", "temperature": {"goal": 30}}', "30"),
        ('{"room": "2.16", "schedule": [{"from": "07:00", "temp": 21}]}', "21"),
        ("thermostats:\n  library: {sp: 20.0}", "20.0"),
        ('{"tool": "set_temperature", "arguments": {"room": "3.14", "value": 22.5}}', "22.5"),
    ),
    counter_examples=(
        "setpoint = 21.0",
        '{"unoccupied_setpoint": 16, "occupied_setpoint": 21}',
        "room: 3.14\nsupply_water_sp: 45",
        "defaults:\n  zone: any\n  heating_setpoint: 21.0",
        '{"room": "3.14", "temp": 21.3}',
        "worker=3 target=20 zone=eu",
        '{"room": "4.12", "state": {"reported": {"temperature": 23.4}}}',
        '{"room": "4.12", "point": "ZN-T", "value": 22.5}',
        "INFO thermostat.py:88 - Meeting Room 2.16",
        '{"name": "fan curve", "target": 21.5, "unit": "m/s"}',
    ),
    score=0.85,
    valid=_is_of_one_place,
)
