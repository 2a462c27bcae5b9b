"""Columns of how many people are where."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=cell(r"\d{1,5}(?:[.,]\d)?[ ]?%?(?:[ ]?/[ ]?\d{1,5})?", 0),
    examples=(
        ("time,people_present\n08:00,12", "12"),
        ("| Floor | Occupancy |\n|---|---|\n| 3 | 85 % |", "85 %"),
        ("Etage;Belegung\n3;42", "42"),
    ),
    counter_examples=(
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
        lambda said: re.search(r"typical|design|benchmark|default|schedule|per m", said, re.IGNORECASE) is None,
    ),
)
