"""United States: social security numbers and ITINs, dashed anywhere, otherwise behind their name."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import digits, inside_uuid_or_time, us_ssn

_CUE = (
    r"(?:ssn|itin|social(?:[ _-]security)?(?:[ _-](?:number|no|num|card))?|"
    r"tax(?:payer)?[ _-]?id(?:entification)?(?:[ _-]number)?|tin)"
)


def _is_issued(match: re.Match[str]) -> bool:
    """Behind its name a number is somebody's even if it was mistyped; on its own it must be one that is issued."""
    return not inside_uuid_or_time(match) and (match["cue"] is not None or us_ssn(digits(match["value"])))


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?:(?P<cue>(?<![^\W_]){_CUE}{LINK})(?=\d{{3}}[ .-]?\d\d[ .-]?\d{{4}})|(?<![\w.+/-])(?=\d{{3}}-\d\d-))"
        r"(?P<value>\d{3}[ .-]?\d{2}[ .-]?\d{4})(?![\w/-]|\.\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("SSN 078-05-1121", "078-05-1121"),
        ("his social security number is 219 09 9998.", "219 09 9998"),
        ('"ssn": "219099998"', "219099998"),
        ("(457-55-5462)", "457-55-5462"),
        ("ITIN: 912-70-1234", "912-70-1234"),
    ),
    counter_examples=("part 000-12-3456", "666-12-3456", "order 12-345-6789", "2025-01-2024", "call 555-010-4477"),
    score=0.95,
    valid=_is_issued,
)
