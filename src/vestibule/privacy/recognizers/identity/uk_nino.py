"""United Kingdom: national insurance numbers, two letters, six digits, one letter."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import uk_nino

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?:(?P<cue>(?<![^\W_])(?:nino|ni[ _-](?:number|no)|national[ _-]insurance(?:[ _-](?:number|"
        rf"no))?){LINK})(?=[a-z]{{2}})|(?<![\w-])(?-i:(?=[A-Z]{{2}})))"
        r"(?P<value>[a-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d])(?![\w-])",
        re.IGNORECASE,
    ),
    examples=(
        ("NINO: QQ 12 34 56 C", "QQ 12 34 56 C"),
        ("National Insurance number AB123456C.", "AB123456C"),
        ("(JG103759A)", "JG103759A"),
    ),
    counter_examples=("QQ123456C", "AHU 12 34 56 A", "part XY-123456", "GB 12 34 56 A"),
    score=0.95,
    valid=lambda match: match["cue"] is not None or uk_nino(match["value"]),
)
