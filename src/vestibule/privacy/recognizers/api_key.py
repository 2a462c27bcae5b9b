"""API keys and tokens: the published prefixes of common issuers, and secrets behind a word that names them."""

import math
import re
from collections import Counter

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.recognizers.base import Recognizer

_PREFIXED = (
    r"sk-(?:proj-|ant-)?[\w-]{20,200}",
    r"vst_[A-Za-z0-9]{6,16}_[A-Za-z0-9]{20,64}",
    r"gh[pousr]_[A-Za-z0-9]{36,255}",
    r"github_pat_\w{22,255}",
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    r"AIza[\w-]{35}",
    r"xox[abposr]-[\w-]{10,200}",
    r"glpat-[\w-]{20,64}",
    r"eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,1000}",
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----",
)
_NAMED = r"(?:api[_ -]?key|secret|token|password|passwort|passwd|pwd)\W{0,4}(?:is|=|:|->)?\W{0,4}"


def _looks_random(match: re.Match[str]) -> bool:
    """A named secret counts from 2.5 bits a character on; "password: required" does not."""
    named = match["named"]
    if named is None:
        return True
    entropy = -sum(n / len(named) * math.log2(n / len(named)) for n in Counter(named).values())
    return entropy >= 2.5 and any(c.isdigit() for c in named)


RECOGNIZER = Recognizer(
    type="API_KEY",
    level=PrivacyClass.RESTRICTED,
    rule="block",
    pattern=re.compile(rf"(?<![\w-])(?:{_NAMED}(?P<named>[^\s,;\"'<>]{{8,200}})|(?P<value>{'|'.join(_PREFIXED)}))"),
    examples=(
        ("use sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7", "sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7"),
        ("AKIAABCDEFGHIJKLMNOP in the log", "AKIAABCDEFGHIJKLMNOP"),
    ),
    counter_examples=(
        "123e4567-e89b-12d3-a456-426614174000",
        "the password is required at login",
        "sk-1 is the sink pump",
        "token bucket refills every minute",
    ),
    score=0.95,
    valid=_looks_random,
)
