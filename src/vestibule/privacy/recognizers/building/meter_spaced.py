"""Meter numbers with a gap after every digit, as they are dictated: "meter number 4 8 4 1 6 0 2 3"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK

_CUE = (
    r"(?:(?:sub-?)?meter|mp[ar]n|mpxn|ean|prm|pdl|nmi|cups|pod|malo|melo|msn|z(?:ä|ae)hler(?:nummer)?|compteur|"
    r"contador|công tơ|"
    r"supply number)"
)

RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?<![^\W_]){_CUE}(?![^\W_]){LINK}(?P<value>[A-Z0-9](?:(?P<gap>[ .-])[A-Z0-9])(?:(?P=gap)[A-Z0-9])"
        rf"{{4,32}})(?![\w-])",
        re.IGNORECASE,
    ),
    examples=(
        ("meter number 4 8 4 1 6 0 2 3", "4 8 4 1 6 0 2 3"),
        ("EAN 5 4 1 4 4 8 9 4 8 6 9 3", "5 4 1 4 4 8 9 4 8 6 9 3"),
        ("MPAN: 1-2-0-1-2-3-4-5-6-7-8-9-0", "1-2-0-1-2-3-4-5-6-7-8-9-0"),
    ),
    counter_examples=("meter a b", "meter 1 2 3", "the ean has 1 3 digits"),
    score=0.96,
    valid=lambda match: sum(c.isdigit() for c in match["value"]) >= 5,
)
