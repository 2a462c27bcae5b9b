"""Germany: Steuer-ID and Sozialversicherungsnummer by their check digits, or behind their names."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import german_social_insurance, german_tax_id, inside_uuid_or_time, words_before

_CUE = (
    r"(?:steuer[ _-]?(?:id|identifikations(?:nummer|nr)|identnummer|nummer|nr)(?:[ _-]?nr)?|idnr|tin|"
    r"(?:deutsche )?tax[ _-]id|"
    r"(?:sozialversicherungs|rentenversicherungs|versicherungs)(?:nummer|nr|ausweis)|sv-?(?:nummer|nr)|rvnr|svnr)"
)


def _is_issued(match: re.Match[str]) -> bool:
    if match["cue"] is not None:
        return True
    number = re.sub(r"[ /-]", "", match["value"])
    if inside_uuid_or_time(match) or re.search(r"(?:\d[ ]|[a-z#]\W{0,2})$", words_before(match, 6)) is not None:
        return False
    return german_tax_id(number) if number.isdigit() else german_social_insurance(number)


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?P<cue>(?<![^\W_]){_CUE}{LINK})?(?<![\w.,/+-])"
        r"(?P<value>\d{2}[ ]\d{3}[ ]\d{3}[ ]\d{3}|\d{11}|\d{2}[ ]?\d{6}[ ]?[a-z][ ]?\d{3})(?![\w/-]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("Steuer-ID: 86 095 742 719", "86 095 742 719"),
        ("Steueridentifikationsnummer 12345678911", "12345678911"),
        ("Sozialversicherungsnummer lautet 15070649C103.", "15070649C103"),
        ("SV-Nummer 65 170839 J 003", "65 170839 J 003"),
    ),
    counter_examples=("12345678901 kWh", "01 234 567 890", "12 345 678 901 requests", "AHU 65 170839"),
    score=0.9,
    valid=_is_issued,
)
