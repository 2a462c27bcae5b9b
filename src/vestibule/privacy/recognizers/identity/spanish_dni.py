"""Spain: DNI, NIE and the personal NIF by their letter, or behind their names."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import spanish_dni

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?P<cue>(?<![^\W_])(?:dni|nie|nif|documento(?: nacional)?(?: de)? identidad|d\.n\.i\.){LINK})?(?<![\w.,/+-])"
        r"(?P<value>(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[xyz][ -]?\d{7})[ -]?[a-z])(?![\w-])",
        re.IGNORECASE,
    ),
    examples=(
        ("DNI 12345678Z", "12345678Z"),
        ("NIE: X-1234567-L", "X-1234567-L"),
        ("(12.345.678-Z)", "12.345.678-Z"),
        ("DNI: 87654321A", "87654321A"),
    ),
    counter_examples=("12345678A", "part 12345678-B", "12345678 kWh", "20250101T", "20241231 Z"),
    score=0.95,
    valid=lambda match: (
        match["cue"] is not None
        or (
            spanish_dni(re.sub(r"[ .-]", "", match["value"]))
            and not re.match(r"(?:19|20)\d\d[01]\d[0-3]\d", match["value"])
        )
    ),
)
