"""A field of a record that is called a room's or tenant's setpoint: `"room_setpoint": "21.2 °C"`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_WHOSE = r"(?:room|zone|tenant|office|suite|space|flat|apartment|desk|meeting[ _-]?room|boardroom|lobby|user|occupant)"
_WHAT = r"(?:temp(?:erature)?[ _.-]?)?(?:(?:heating|cooling)[ _.-]?)?(?:set[ _-]?point|target[ _-]?temp(?:erature)?|sp)"

RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?:^|(?<=[\n{{,;\"'|]))[ \t]{{0,8}}[\"']?{_WHOSE}[ _.-]?{_WHAT}[\"']?[ \t]{{0,3}}[:=|][ \t]{{0,3}}[\"']?"
        r"(?P<value>\d{1,2}(?:[.,]\d{1,2})?[ ]?(?:°[ ]?[CF]|deg(?:rees)?[ ]?[CF]?|[CFK](?!\w)))",
        re.IGNORECASE,
    ),
    examples=(
        ('{"priority": "low", "room_setpoint": "23.32 °C"}', "23.32 °C"),
        ("room setpoint: 24.39 °C", "24.39 °C"),
        ("tenant_temperature_setpoint = 21 C", "21 C"),
    ),
    counter_examples=(
        "supply air setpoint: 16 °C",
        "room_setpoint_min: none",
        "The room setpoint is a value in °C",
    ),
    score=0.85,
)
