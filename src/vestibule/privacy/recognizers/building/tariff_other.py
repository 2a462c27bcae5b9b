"""The other prices of a sentence that gave one: "our peak rate is $0.34 and off-peak $0.12"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building import tariff, tariff_named, tariff_unit

_WHEN = (
    r"(?:off-?peak|on-?peak|peak|mid-?peak|night(?:-?time)?|day(?:-?time)?|shoulder|weekend|weekday|evening|standing|export|"
    r"import|feed-?in|summer|winter|gas|electricity|nachts?|tags(?:über)?|HT|NT|heures (?:pleines|creuses)|"
    r"punta|llano|valle|"
    r"thấp điểm|cao điểm|bình thường)"
)
_FIRST = (tariff_named.RECOGNIZER, tariff.RECOGNIZER, tariff_unit.RECOGNIZER)


def _is_another(match: re.Match[str]) -> bool:
    start = max(0, match.start() - 120)
    near = match.end("value") + 60
    return any(
        found.end("value") != match.end("value") and recognizer.valid(found)
        for recognizer in _FIRST
        for found in recognizer.pattern.finditer(match.string, start, near)
    )


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        rf"(?<![\w-]){_WHEN}(?:[ ](?:rate|price|charge|power|units?|hours))?(?:[ ](?:is|at|only|costs?|just|"
        rf"now)|[ ]?[:=])?[ ]"
        r"(?P<value>(?:€|\$|£)[ ]?\d{1,3}(?:[.,]\d{1,4})?|\d{1,3}(?:[.,]\d{1,4})?[ ]?(?:p|ct|¢|pence|cents?|€|đồng))"
        r"(?![\w]|[.,]\d|[ ]?/)",
        re.IGNORECASE,
    ),
    examples=(
        ("our peak rate is $0.34 and off-peak $0.12, does a battery pay?", "$0.12"),
        ("day rate 31.2p/kWh, night 17.8p", "17.8p"),
        ("unit rate 28p, standing 185p", "185p"),
    ),
    counter_examples=(
        "a night at $120 and a day at $40",
        "the day 12 p of the summer",
        "winter tyres at 90 €",
    ),
    score=0.8,
    valid=_is_another,
)
