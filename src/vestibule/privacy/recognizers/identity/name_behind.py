"""Numbers of persons with their name behind them: "55QD93748 (passport)", "44051401359 is his PESEL"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.identity.names import NAMES

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        r"(?<![\w.,/+-])(?P<value>(?=(?:[a-z]{0,6}[ .-]?\d){6})[a-z0-9](?:[a-z0-9.-]{4,18}[a-z0-9]|"
        r"[a-z0-9]?(?:[ -][a-z0-9]{1,7}){2,5}))"
        r"[ ]?(?:[(\[][ ]?(?:his |her |my |the )?|,[ ]|[ ](?:is|ist|est|es|là)[ ](?:his|her|my|the|their|seine?|ihre?|"
        r"die|"
        r"son|sa|le|la|su|el)[ ])"
        rf"(?:{NAMES})(?![^\W_])",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"(?<![^\W_])(?:{NAMES})s?(?:number|nummer|no|nr|id)?(?![^\W\d_])", re.IGNORECASE),
    examples=(
        ("55QD93748 (passport) for his mate", "55QD93748"),
        ("44051401359 is his PESEL", "44051401359"),
        ("S1234567D [NRIC]", "S1234567D"),
        ("78 05 11 211 is the social security number", "78 05 11 211"),
    ),
    counter_examples=(
        "room 204 (passport office)",
        "the 4th is his passport day",
        "AHU-12 is the nif",
        "on 12 May (id card)",
    ),
    score=0.9,
)
