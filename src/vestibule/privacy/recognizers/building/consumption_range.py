"""The other amount of a change whose unit stands once: "went from 12,000 to 19,500 kWh"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building import consumption

_NUMBER = r"(?:\d{1,3}(?:[ ,.'’]\d{3}){1,3}|\d{1,9}(?:[.,]\d{1,3})?)"
_TO = r"[ ](?:to|and|bis|auf|à|a|y|und|et|lên|đến|up to|down to)[ ]"


def _is_of_the_same(match: re.Match[str]) -> bool:
    other = consumption.RECOGNIZER.pattern.search(match.string, match.end(), match.end() + 40)
    return other is not None and consumption.RECOGNIZER.valid(other)


RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        rf"(?:from|between|von|zwischen|de|entre|từ)[ ](?P<value>{_NUMBER})(?={_TO}{_NUMBER}[ ]?(?:[kMG]Wh|"
        rf"[kM]W|GJ|therms?|m³|m3)\b)",
        re.IGNORECASE,
    ),
    examples=(
        ("gas at the depot went from 12,000 to 19,500 kWh in a month", "12,000"),
        ("our load rose from 310 to 480 kW", "310"),
        ("Unser Verbrauch stieg von 45.300 auf 61.200 kWh", "45.300"),
    ),
    counter_examples=(
        "typical offices use from 90 to 120 kWh/m²",
        "boilers from 100 to 400 kW",
        "our meeting moved from 12 to 14",
    ),
    valid=_is_of_the_same,
    behind=consumption.RECOGNIZER,
)
