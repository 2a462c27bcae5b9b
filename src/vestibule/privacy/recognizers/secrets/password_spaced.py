"""Passwords with a gap after every character: "pass 2 4 1 3 9 9"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.password_words import PASSWORD
from vestibule.privacy.recognizers.wording import JOINED

RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{PASSWORD}|pass|pwd|pw)(?![^\W_])(?:{JOINED}|"
        rf"[ ])(?P<value>[^\s\"'](?:[ ][^\s\"']){{4,40}})(?!\S)",
        re.IGNORECASE,
    ),
    examples=(
        ("pass 2 4 1 3 9 9", "2 4 1 3 9 9"),
        ("password: N i m b u s # 1 7", "N i m b u s # 1 7"),
        ("the pw is h u n t e r 2", "h u n t e r 2"),
    ),
    counter_examples=("pass 2 of 4", "the password is a b", "password: see below"),
    score=0.9,
    valid=lambda match: any(c.isdigit() for c in match["value"]),
)
