"""Temperatures said before their place: "is 19 °C too cold for the reception", "21 °C in the nursery, please"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.validators import sentence_around

_WISH = re.compile(
    r"\b(?:set|keep|kept|hold|held|want|wants|wanted|like|likes|asked|asks|please|pls|maintain(?:ed)?|prefers?|"
    r"agreed|too|enough|ok|"
    r"okay|fair|reach|raise|lower|target|setpoint|thermostat|never|need|needs|require[sd]?|limit|at least|at most|"
    r"have|put|give)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\bmeasure[sd]?\b|outdoors?\b|outside\b|weather|heat ?wave|supply|return|flow|water|boiler|chiller|\bduct|"
    r"recommend|typical|"
    r"\bshould\b|\b(?:temperature|it) (?:is|was|reads)\b|reads|reading(?! room)",
    re.IGNORECASE,
)


def _is_set(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return _NOT.search(sentence) is None and not general(sentence) and _WISH.search(sentence) is not None


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        r"(?<![\w.,-])(?P<value>(?:1[5-9]|2[0-8])[.,]5(?=[ ](?:in|for) )|\d\d(?:[.,]\d)?[ ]?(?:°[ ]?[CF]?|"
        r"º[ ]?C|℃|℉|deg(?:rees?|s)?(?:[ ]?[CF])?|"
        r"(?-i:[CF])))(?!\w)"
        rf"[^.?!\n\d]{{0,40}}?[ ](?:in|for|at|inside) (?:the|our|my|his|her|their) (?:\w{{2,14}} )?{PLACE}(?!\w)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        r"(?:[.,]5[ ](?:in|for) (?:the|our|my|his|her|their) )|\d[ ]?(?:[°º℃℉]|deg|"
        r"[cf])[^.?!\n\d]{0,44}[ ](?:in|for|at|inside) (?:the|our|my|his|her|their) ",
        re.IGNORECASE,
    ),
    examples=(
        ("Is 19 °C too cold for the reception in winter?", "19 °C"),
        ("they want 22 °C in the reading room", "22 °C"),
        ("could we have 20.5 in the studio for the shoot", "20.5"),
        ("21 °C in the nursery, please", "21 °C"),
    ),
    counter_examples=(
        "The temperature is 22 °C in the library",
        "How about 21 °C for a meeting room?",
        "water at 60 °C for the kitchen",
    ),
    score=0.8,
    valid=_is_set,
)
