"""Credentials in HTTP headers: Bearer and Basic, with or without the header's name, and curl's -u."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import entropy


def _is_credential(match: re.Match[str]) -> bool:
    value = match["value"]
    named = match["header"] is not None or match["curl"] is not None
    return entropy(value) >= 2.5 and (named or any(c.isdigit() for c in value))


RECOGNIZER = Recognizer(
    type="API_KEY",
    pattern=re.compile(
        r"(?:(?P<header>\bauthorization[\"']?[ ]?[:=][ ]?[\"']?)?\b(?:bearer|basic|token|digest|apikey)[ ]{1,2}|"
        r"(?P<curl>\s(?:-u|--user)[ "
        r"=][\"']?(?=\S{1,60}:)))(?P<value>[A-Za-z0-9+/=_~.:$!@#%-]{12,2000}(?<![.:]))(?![\w(])",
        re.IGNORECASE,
    ),
    examples=(
        ("Authorization: Bearer q8Zr4tY1wX6cV3bN5mK7", "q8Zr4tY1wX6cV3bN5mK7"),
        ("-H 'authorization: Basic YWRtaW46c2VjcmV0MTIz'", "YWRtaW46c2VjcmV0MTIz"),
        ("curl -u admin:Winter2024! http://bms/api", "admin:Winter2024!"),
        ("sent with bearer 8f3a9c1d7e5b2046", "8f3a9c1d7e5b2046"),
    ),
    counter_examples=(
        "a Bearer token is needed",
        "basic understanding of HVAC",
        "Authorization: Bearer <token>",
        "Basic authentication is off",
    ),
    score=0.95,
    valid=_is_credential,
)
