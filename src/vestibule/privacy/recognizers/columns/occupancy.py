"""Columns of how many people are where."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import DECIMAL, below, cell
from vestibule.privacy.recognizers.fields import means_people

_SHARE = re.compile(
    r"\W*(?:in use|taken|utili[sz]ation|load factor of desks|booked)(?:[ _-]?(?:%|\(%\)|pct))?\W*", re.IGNORECASE
)


def _counts_people(head: str) -> bool:
    return means_people(head) or _SHARE.fullmatch(head) is not None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=cell(rf"\d{{1,5}}(?:{DECIMAL}\d)?(?:[ ]?%)?(?:[ ]?/[ ]?\d{{1,5}})?", 0, gaps=True),
    needs="\n",
    examples=(
        ("time,people_present\n08:00,12", "12"),
        ("| Floor | Occupancy |\n|---|---|\n| 3 | 85 % |", "85 %"),
        ("date,badge_ins,badge_outs\n2024-02-12,118,x", "118"),
        ("Area\tStpt\tPax\nGym\t21.0\t37", "37"),
        ("Floor   People   Capacity\n1       48       ok", "48"),
        ("Etage;Belegung\n3;42", "42"),
    ),
    counter_examples=(
        "room,design_occ,max people\n0.31,12,14",
        "people, places\nand, things",
        "space type,occupancy (typical)\noffice,10",
        "present, past\na, b",
    ),
    score=0.8,
    valid=below(
        r"(?:people|person|occupant|head|visitor|staff)(?:[ _-]?(?:count|in|present|number))?s?|people[ _]present|"
        r"occ(?:upancy|upants|upied)?(?:[ _-]?(?:count|rate|pct|%|\(%\)|percent|no))?|headcount|footfall|attendance|"
        r"present|"
        r"presence|belegung(?: ?\(?%\)?)?|personen(?:zahl)?|anwesende|besucher|anzahl personen|occupants|occupation|"
        r"effectif|présents|ocupación|ocupantes|personas|số người|người",
        lambda said: re.search(r"typical|benchmark|schedule|per m", said, re.IGNORECASE) is None,
        _counts_people,
        sideways=True,
    ),
)
