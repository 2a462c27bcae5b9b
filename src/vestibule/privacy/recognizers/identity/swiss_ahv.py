"""Swiss old-age insurance (AHV) numbers: thirteen digits that begin with the country's 756 and end in a check digit."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import mod10_gs1


def _holds(match: re.Match[str]) -> bool:
    return mod10_gs1(re.sub(r"[. ]", "", match["value"]))


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(r"(?<![\w.])(?P<value>756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2})(?![\w]|[.,]\d)"),
    examples=(
        ("AHV-Nummer 756.9217.0769.85", "756.9217.0769.85"),
        ("national ID 756 9217 0769 85 of the contractor", "756 9217 0769 85"),
        ("ahv;7569217076985;Zurich", "7569217076985"),
    ),
    counter_examples=(
        "756.9217.0769.84",
        "the meter stood at 7569217076984",
        "version 756.92.17",
        "1756.9217.0769.85",
    ),
    score=0.95,
    valid=_holds,
)
