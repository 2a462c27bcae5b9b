"""Rooms in fields of a record: `zn=3.12`, `"zone": "2.07"`, `Location: 3.22`, the id of an item in `"rooms": [...]`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.places import CODE
from vestibule.privacy.recognizers.fields import FIELD, means_place, parents, words

_ITEM = frozenset({"id", "name", "code", "number", "no", "label"})
_BARE = re.compile(r"\d{1,2}|v?\d+(?:\.\d+){2,}|(?:19|20)\d\d")  # a zone of a region or a plant, a version, a year


def _is_room(match: re.Match[str]) -> bool:
    key, value = match["key"], match["value"]
    if _BARE.fullmatch(value) is not None and not {"room", "rm"} & set(words(key)):
        return False
    if "door" in words(key) and re.search(r"\d{3}", value) is None:
        return False
    if means_place(key):
        return True
    return set(words(key)) <= _ITEM and any(
        means_place(name) and "door" not in words(name) for name in parents(match.string, match.start())[:1]
    )


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        rf"{FIELD}(?P<value>(?=[\w./-]{{0,8}}\d){CODE})(?![\w%°/:]|[ ]?(?:°|m²|m2|people|%|K\b|ppm|lux)|[.,]\d)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?<![\w.])[A-Za-z][\w.-]{0,40}(?:[ ]\([^()\n]{1,8}\)|\[[\w.-]{1,16}\])?[\"']?[ ]{0,12}(?::=|"
        r"[:=])[ ]{0,3}[\"'\[]?[\w./-]{0,8}\d",
        re.IGNORECASE,
    ),
    examples=(
        ("INFO zn=3.12 htg", "3.12"),
        ('{"zone": "2.07"}', "2.07"),
        ("Location: 3.22. Complaint: too warm.", "3.22"),
        ('{"rooms": [{"id": "B2.11"}]}', "B2.11"),
    ),
    counter_examples=(
        '{"space": 2, "target": "es2022"}',
        '{"zone": "eu"}',
        "version: 2.07",
        "zone_temp: 22.07",
        "area: 2020",
    ),
    score=0.8,
    valid=_is_room,
)
