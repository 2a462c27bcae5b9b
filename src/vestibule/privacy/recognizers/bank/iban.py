"""IBANs: by country, length and check digits (ISO 13616); behind the word, also mistyped ones."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import IBAN_LENGTHS, iban

_COUNTRIES = "|".join(sorted(IBAN_LENGTHS))

RECOGNIZER = Recognizer(
    type="BANK_ACCOUNT",
    pattern=re.compile(
        rf"(?P<cue>\biban\b{LINK})?(?<![\w-])(?P<value>(?:{_COUNTRIES})\d\d(?:[ .-]?[A-Z0-9]{{4}}){{2,7}}(?:[ "
        rf".-]?[A-Z0-9]{{1,3}})?)(?![A-Z0-9]|-\w)",
        re.IGNORECASE,
    ),
    examples=(
        ("IBAN DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
        ("pay to GB29NWBK60161331926819 today", "GB29NWBK60161331926819"),
        ("fr1420041010050500013m02606", "fr1420041010050500013m02606"),
        ("ES91-2100-0418-4502-0005-1332", "ES91-2100-0418-4502-0005-1332"),
        ("NO93 8601 1117 947", "NO93 8601 1117 947"),
    ),
    counter_examples=(
        "DE89 3704 0044 0532 0130 01",
        "DE00056266802AO6G56M11SN51G21M24S",
        "AT12-3456-7890 is a valve",
        "e3b0c44298fc1c149afbf4c8996fb924",
    ),
    score=0.98,
    valid=lambda match: match["cue"] is not None or iban(match["value"]),
)
