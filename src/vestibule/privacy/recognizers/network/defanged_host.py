"""Names of hosts with their dots written so that no program takes them for one: `edge-18[.]plant[.]local`, spelled out,
or with a gap after every character.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.network import host_name

_DOT = r"(?:[ ]?[\[({<][ ]?(?:\.|dot|punkt|point|punto)[ ]?[\])}>][ ]?|[ ](?:dot|punkt|point|punto)[ ]|\\\.)"
_LABEL = r"[a-z0-9][a-z0-9_-]{0,40}"
_WORD = re.compile(r"[\[({<\s\\]*(?:\bdot\b|\bpunkt\b|\bpoint\b|\bpunto\b|\.)[\])}>\s]*", re.IGNORECASE)


def _is_host(match: re.Match[str]) -> bool:
    """What it says, once its dots are dots again, is a host of the house."""
    value = match["value"]
    plain = value.replace(" ", "") if match["gaps"] is not None else _WORD.sub(".", value)
    found = host_name.RECOGNIZER.pattern.search(plain)
    return found is not None and host_name.RECOGNIZER.valid(found) and found.end() == len(plain)


RECOGNIZER = Recognizer(
    type="HOST_NAME",
    pattern=re.compile(
        rf"(?<![\w.-])(?P<value>(?P<gaps>(?:[a-z0-9_.-][ ]){{7,60}}[a-z0-9])|"
        rf"{_LABEL}(?:\.{_LABEL}){{0,5}}?{_DOT}{_LABEL}(?:(?:{_DOT}|\.){_LABEL}){{0,5}}(?<!\w\.))(?![\w-])",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"[a-z0-9]{_DOT}[a-z0-9]|(?:[a-z0-9_.-][ ]){{7}}", re.IGNORECASE),
    examples=(
        ("host edge-18[dot]gebaeude[dot]lan", "edge-18[dot]gebaeude[dot]lan"),
        ("log in to edge-16 DOT ems DOT home DOT arpa", "edge-16 DOT ems DOT home DOT arpa"),
        ("ping h i s t 1 8 . p l a n t . l a n", "h i s t 1 8 . p l a n t . l a n"),
        ("jace09[.]plant[.]local", "jace09[.]plant[.]local"),
    ),
    counter_examples=("a point in the plan", "example[.]com", "a b c d e f g h i j"),
    score=0.95,
    valid=_is_host,
)
