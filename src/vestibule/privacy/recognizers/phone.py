"""Telephone numbers in international form, or in national form behind a word that says so.

UUIDs, timestamps, meter numbers and plain measurements must not look like one: a bare run of digits is never enough.
"""

import re

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.recognizers.base import Recognizer

_CUE = r"(?:tel(?:ephone|efon)?|phone|mobile|mobil|cell|fax|call|ring|hotline|anrufen)"


def _has_phone_length(match: re.Match[str]) -> bool:
    digits = sum(c.isdigit() for c in str(match["value"]))
    return 7 <= digits <= 15  # E.164: at most 15 digits


RECOGNIZER = Recognizer(
    type="PHONE",
    level=PrivacyClass.CONFIDENTIAL,
    rule="pseudonymise",
    pattern=re.compile(
        rf"(?:(?<![\w+])(?=\+)|\b{_CUE}\b[\s.:()a-z]{{0,16}}?)"
        r"(?P<value>\+?\(?\d{1,4}\)?(?:[\s./-]?\(?\d{1,5}\)?){1,6})(?![\w-]|[.:]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("reach me at +49 30 5550 1234", "+49 30 5550 1234"),
        ("Tel.: 030 555 01 23 (office)", "030 555 01 23"),
        ("phone (555) 010-4477", "(555) 010-4477"),
        ("+1-555-010-0199", "+1-555-010-0199"),
    ),
    counter_examples=(
        "123e4567-e89b-12d3-a456-426614174000",
        "2025-07-08T06:00:00Z",
        "the chiller used 12 345 678 kWh",
        "+12.5 kWh",
        "call 12 people",
        "+3 %",
    ),
    valid=_has_phone_length,
)
