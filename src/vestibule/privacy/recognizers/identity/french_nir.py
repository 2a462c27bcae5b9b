"""France: numéro de sécurité sociale (NIR): sex, year, month, department, commune, order, key."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import french_nir

_CUE = (
    r"(?:(?:numéro|num|n°)?[ ]?(?:de )?sécurité sociale|n°? ?sécu|numéro insee|insee|nir|carte vitale|"
    r"numéro fiscal|spi)"
)

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?P<cue>(?<![^\W_]){_CUE}{LINK})?(?<![\w.,/+-])"
        r"(?P<value>[12][ .-]?\d\d[ .-]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .-]?(?:\d\d|"
        r"2[AB])[ .-]?\d{3}[ .-]?\d{3}(?:[ .-]?\d{2})?)(?![\w-]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("NIR 1 85 05 78 006 084 91", "1 85 05 78 006 084 91"),
        ("n° de sécurité sociale : 255081416802538", "255081416802538"),
        ("(2 55 08 14 168 025 38)", "2 55 08 14 168 025 38"),
    ),
    counter_examples=("1234567890123 pulses", "1 85 05 78 006 084 92", "timestamp 1700000000000"),
    score=0.95,
    valid=lambda match: match["cue"] is not None or french_nir(re.sub(r"[ .-]", "", match["value"])),
)
