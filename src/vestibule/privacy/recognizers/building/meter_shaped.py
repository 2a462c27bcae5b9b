"""Meters by the form of their number alone, where the sentence speaks of metering or supply.

Forms: BS 5685 (letter, year, maker, serial), DIN 43863-5, makers' prefixes, an MPAN with its check digit.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time, mpan_core, sentence_around

_ABOUT = re.compile(
    r"(?<![^\W\d_])(?:(?:sub-?)?meter(?:s|ed|ing)?|z(?:ä|ae)hler\w*|compteurs?|contador(?:es)?|công tơ|đồng hồ|"
    r"supply|supplier|"
    r"settlement|half-hourly|mp[ar]n|nmi|mpxn|incomer|fiscal|dlms|obis|smets\d?|m-?bus)(?![^\W\d_])",
    re.IGNORECASE,
)


def _is_meter(match: re.Match[str]) -> bool:
    if inside_uuid_or_time(match) or _ABOUT.search(sentence_around(match)) is None:
        return False
    return match["mpan"] is None or mpan_core(re.sub(r"\D", "", match["mpan"]))


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        r"(?<![\w./+-])(?P<value>[A-Z]\d{2}[A-Z]{1,3}\d{5,10}|\d[A-Z]{3}\d{8,12}|(?:[A-Z]{1,2}\d{7,13}|[A-Z]{2}\d{2,3}-\d{6,9})|"
        r"10\d{9}|(?P<mpan>[12]\d(?:[ ]?\d{4}[ ]?\d{4}[ ]?\d{3})))(?![\w-]|[.,]\d|[ ]?[kM]Wh)"
    ),
    examples=(
        ("whats the read on Z16N249752, the main incomer meter", "Z16N249752"),
        ("old meter is out, new one is MT174-97025705", "MT174-97025705"),
        ("The landlord's supply is metered by Z11N634751, installed in 2016.", "Z11N634751"),
        ("the supply behind 12 0123 4567 007 was read remotely", "12 0123 4567 007"),
    ),
    counter_examples=(
        "part Z16N249752 of the pump",
        "the supply fan ran 15 5899 2716 101 times",
        "the meter data of 2024-05-01 and A12",
    ),
    score=0.96,
    valid=_is_meter,
)
