"""E-mail addresses (the practical subset of RFC 5322 that people write)."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="EMAIL",
    pattern=re.compile(r"(?<![\w.+-])(?=[\w.+-])[\w.+'%-]{0,63}[\w+%-]@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])"),
    examples=(
        ("write to m.berg@example.org today", "m.berg@example.org"),
        ("<facility+night@mail.example.com>", "facility+night@mail.example.com"),
        ("müller@gebäude.example", "müller@gebäude.example"),
        ("mailto:a.nguyen@toanha.example.vn?subject=x", "a.nguyen@toanha.example.vn"),
        ("Contact: FM_TEAM@EXAMPLE.CO.UK.", "FM_TEAM@EXAMPLE.CO.UK"),
        ("'o.brien@example.ie'", "o.brien@example.ie"),
    ),
    counter_examples=(
        "meet me @ the boiler",
        "AHU-1@zone2",
        "price @ 0.21 per kWh",
        "user@localhost",
        "@decorator.name",
    ),
    score=0.99,
)
