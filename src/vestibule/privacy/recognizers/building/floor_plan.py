"""Numbers of floor plans and drawings, in five languages."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_PLAN = (
    r"floor[ -]?plan|site plan|layout(?: plan)?|blueprint|grundriss|lageplan|"
    r"(?:floor|architect\w{0,4}|room|building)[ ](?:drawing|dwg)|"
    r"(?:drawing|dwg|zeichnung)(?=[ ](?:no\.?[ ]|nr\.?[ ])?ar?[-.]?\d{2})|raumplan|geschossplan|bestandsplan|"
    r"plan d['’]étage|"
    r"plan de masse|"
    r"plan(?:o)? de (?:planta|niveau)|plano|bản vẽ mặt bằng|mặt bằng"
)

RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        rf"(?<![^\W])(?:(?:sheet|drawing|page|plan)(?=[ ][A-Z]{{0,3}}-?\d[\w.-]{{0,8}} (?:of|in|from) (?:the |"
        rf"our )?(?:{_PLAN}))|{_PLAN})(?![^\W\d_])(?:[ ](?:no\.?|number|nr\.?|n°|nº|số|sheet|ref\.?))?[ \"'#:(]{{1,3}}"
        r"(?P<value>[a-z]{0,5}[-_.]?\d{1,5}(?:[-_./][a-z0-9]{1,6}){0,4}[a-z]?)(?![\w%°]|[ ]?(?:m²|m2|sq|€|EUR)|"
        r"[.,:]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("floor plan FP-03", "FP-03"),
        ("drawing no. A-101.2", "A-101.2"),
        ("floor drawing no. F-101", "F-101"),
        ("Grundriss EG-02", "EG-02"),
        ("See sheet A-102 of the floor plan", "A-102"),
        ("mặt bằng M-201", "M-201"),
    ),
    counter_examples=("an open floor plan", "drawing no. M-817-13, revision B", "floor plan of 400 m²"),
    score=0.85,
)
