"""Temperatures that people of a house ask for or are offered: "tenant on 7 asked for 23", "it is set for 21"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import of_one_room
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.validators import sentence_around

_WHO = (
    r"(?:tenants?|occupants?|landlord|they|she|he|ceo|director|manager|client|customer|user|staff|team|"
    r"night shift|shift|"
    r"users|residents?|teachers?|doctors?|nurses?|heating|cooling|thermostat|it|please|pls|too (?:hot|cold|warm)|"
    r"air ?con(?:ditioning)?|ac|(?-i:[A-Z][\w&'’-]{1,24})(?= (?:has|have|had|asked|wants?|requests?|requested|needs?|"
    r"prefers?|would)\b))"
)
_ASKED = (
    r"(?:ask(?:s|ed|ing)?(?: for)?|want(?:s|ed)?(?: it)?(?: at)?|request(?:s|ed)?|offer(?:s|ed)?|prefer(?:s|red)?|"
    r"get(?:s)?|set|(?:to be )?(?:cut|lowered|raised|reduced|turned|set) (?:down |up )?(?:to|for|at)|"
    r"is set (?:for|to|at)|demand(?:s|ed)?|"
    r"(?:asked|want(?:s|ed)?|request(?:s|ed)?|would like|prefer(?:s|red)?) (?:for )?[^.\d\n]{2,40}? (?:to be|at))"
)
NUMBER = r"(?:1[5-9]|2[0-8]|6[4-9]|7[0-8])(?:[.,]\d)?"
END = (
    r"(?:[ ]?(?:°[ ]?[CF]?|deg(?:rees)?(?: ?[CF])?|(?-i:[CF]))(?!\w))?(?=[.,;!?)]?(?:\s|$))(?![.,]\d|"
    r"[ ](?:people|pm|am|more|new|%|extra|desks|keys|euros?|days|weeks|quotes|offers|\w+s\b))"
)
_WARM = re.compile(
    rf"\b(?:comfort|cold|hot|warm|heat(?:ing)?|cool(?:ing)?|thermostat|degrees?|temperature|setpoint|sp)\b|°|"
    rf"(?<!\w){PLACE}(?!\w)|\b(?:their|our|his|her|my) (?:floor|space|area|zone|side|corner)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:quotes?|tickets?|copies|keys|chairs|desks|people|licen[cs]es|invoice|supply|boiler|chiller|water)\b",
    re.IGNORECASE,
)


def _is_asked(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if _NO.search(sentence) is not None:
        return False
    near = match.string[max(0, match.start() - 160) : match.end() + 60]
    return (
        re.search(r"tenant", match[0], re.IGNORECASE) is not None or of_one_room(near) or _WARM.search(near) is not None
    )


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<![\w-]){_WHO}(?![\w-])[^.?!\n]{{0,40}}?(?<![\w-]){_ASKED}[ ](?P<value>{NUMBER}{END})",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"{_ASKED}[ ](?:1[5-9]|2[0-8]|6[4-9]|7[0-8])", re.IGNORECASE),
    examples=(
        ("Tenant on 7 asked for 23.", "23"),
        ("call centre night shift, heating to be cut to 17.", "17"),
        ("Acme have asked for their floor to be 21.5 rather than what it is", "21.5"),
        ("In Room 3.07 the thermostat reads 24 but is set for 21.", "21"),
    ),
    counter_examples=(
        "the tenant asked for 23 keys",
        "they asked for 20 quotes",
        "she wants 20 more people",
        "The tenant asked for 25 % more air",
    ),
    score=0.8,
    valid=_is_asked,
)
