"""Tell general industry talk from talk about the house. Only what can be about no house in particular is general.

English only and narrow on purpose: what is not certainly general is internal, which costs nothing at home.
"""

from __future__ import annotations

import re

LONGEST = 400
_OPENING = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:"
    r"what(?: is|'s| are| does) (?:an? |meant by |typical |usual |the (?:difference|typical|usual|average|purpose|role|"
    r"meaning|definition|principle|main|best|effect)\b)|"
    r"how (?:do|does|is|are|much|many|often|should) (?:an? |typical |most |modern )|"
    r"why (?:do|does|is|are) (?:an? |most |typical )|"
    r"which (?:standards?|norms?) |"
    r"(?:explain|define|describe) (?:what an? |how an? |an? |the (?:difference|concept|principle|meaning|term)\b))",
    re.IGNORECASE,
)
_TIE = re.compile(
    r"\b(?:our|ours|my|mine|we|us|i|me|your|yours|this|these|those|here|there|it|its|his|her|their|they|today|tonight|"
    r"tomorrow|yesterday|now|currently|recent(?:ly)?|last|next|ago|since|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|"
    r"named|called|tenants?|rooms?|floors?|"
    r"the (?!difference|typical|usual|average|purpose|role|meaning|definition|principle|concept|term|main|best|effect))"
    r"\b|\b(?:of|for|in|at|by|from|with) (?!(?:an?|most|typical|modern|each|[a-z]+s)\b)|\d{4,}|[@#/\\_=<>{}\[\]]",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[^.!?\s] )(?:[\"'(]?)([A-Z][\w-]*)")
_KNOWN_NAME = re.compile(
    r"AHU|ASHRAE|BACnet|BMS|BREEAM|CHP|CIBSE|CO2|COP|DCV|DIN|DX|EER|EN|EPC|EU|EUI|HVAC|IAQ|IPMVP|ISO|KNX|KPI|LED|LEED|"
    r"MQTT|Modbus|PID|PMV|PPD|PUE|PV|RH|SCOP|SEER|SFP|UK|US|VAV|VDI|VFD|VRF|VSD"
)


def is_general(text: str) -> bool:
    """Whether a question asks for what any textbook could answer, with nothing in it that ties it to a house."""
    if len(text) > LONGEST or not text.isascii() or "\n" in text.strip():
        return False
    stripped = text.strip()
    if not _OPENING.match(stripped) or _TIE.search(stripped):
        return False
    return all(_KNOWN_NAME.fullmatch(name) for name in _NAME.findall(stripped))
