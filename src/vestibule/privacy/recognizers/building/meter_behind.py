"""Meters with their word behind or far before: "Z14N088150 (gas meter)", "the s/n on the water meter - 006439432"."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_METER = (
    r"(?:(?:(?:sub|smart|electricity|gas|water|heat|main|power|energy|cooling)[ -]?)?meter|(?:strom|gas|wasser|wärme)?"
    r"(?:zähler|zaehler)|compteur|contador|công tơ|đồng hồ)"
)
_ID = r"(?=(?:[a-z-]{0,6}\d){5})[a-z0-9][a-z0-9-]{4,20}[a-z0-9]"

RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        rf"(?:(?<![\w.])(?:s/n|serial(?: (?:no\.?|number))?|number|no\.|id)[ ](?:on|of|for|off)[ ](?:the|our|that)[ ]"
        rf"[^\n\d:=?]{{0,24}}{_METER}[ ]?[?:=,-]{{1,2}}[ ]?(?:[-–][ ]?)?|"
        rf"(?<![^\W_]){_METER}[\"']?[ ]?:[ ]?[{{\n][ ]{{0,8}}[\"']?(?:id|serial|number|no|sn|nr|"
        rf"nummer)[\"']?[ ]?:[ ]?[\"']?|"
        rf"(?<![\w.,/+-])(?={_ID}(?:[ ]?[(\[](?:the |our |old |new )?{_METER}|"
        rf"[ ][-–][ ]{_METER}|[ ](?:on|of|from|for|am|du|del)[ ](?:the |our )?(?:\w{{2,10}}[ ])?{_METER}|"
        rf"[ ](?:is|ist|est|es|là)[ ](?:the|our|das|die|der|unser|le|la|el|số)[ ](?:\w{{2,16}}[ ])?{_METER})))"
        rf"(?P<value>{_ID})(?!\w|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("whats the s/n on the water meter? - 006439432", "006439432"),
        ("Z14N088150 (gas meter) was read", "Z14N088150"),
        ("10045872 is the new electricity meter", "10045872"),
        ("1EMH0012345678 ist der Zähler", "1EMH0012345678"),
        ("meter:\n  serial: 33445566\n  type: gas", "33445566"),
        ('{"meter": {"id": "33445566"}}', "33445566"),
    ),
    counter_examples=(
        "12 (meter room)",
        "in 2024 the meter was read",
        "serial number of the meter: none",
        "4711 is the water meter",
    ),
    score=0.92,
)
