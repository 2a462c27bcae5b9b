"""E-mail addresses (the practical subset of RFC 5322 that people write)."""

import re

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="EMAIL",
    level=PrivacyClass.CONFIDENTIAL,
    rule="pseudonymise",
    pattern=re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])"),
    examples=(
        ("write to m.berg@example.org today", "m.berg@example.org"),
        ("<facility+night@mail.example.com>", "facility+night@mail.example.com"),
        ("müller@gebäude.example", "müller@gebäude.example"),
    ),
    counter_examples=("meet me @ the boiler", "AHU-1@zone2", "price @ 0.21 per kWh", "user@localhost"),
    score=0.99,
)
