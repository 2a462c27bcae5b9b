"""IPv6 addresses and networks (RFC 4291 text forms)."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time, ip_address

_GROUP = r"[0-9a-f]{1,4}"
_FORMS = (
    rf"(?:{_GROUP}:){{7}}{_GROUP}",
    rf"(?:{_GROUP}:){{1,6}}(?::{_GROUP}){{1,6}}",
    rf"(?:{_GROUP}:){{1,6}}:",
    rf"::(?:{_GROUP}:){{0,6}}{_GROUP}",
)


def _is_address(match: re.Match[str]) -> bool:
    """A name in code (`a::b`) has no digit."""
    value = match["value"]
    return any(c.isdigit() for c in value) and ip_address(value) and not inside_uuid_or_time(match)


RECOGNIZER = Recognizer(
    type="IP_ADDRESS",
    pattern=re.compile(
        rf"(?<![\w:.])(?P<value>(?:{'|'.join(_FORMS)})(?:%\w{{1,15}})?(?:/\d{{1,3}})?)(?![\w:]|\.\d)", re.IGNORECASE
    ),
    examples=(
        ("host fe80::1ff:fe23:4567:890a.", "fe80::1ff:fe23:4567:890a"),
        ("2001:db8:85a3:0:0:8a2e:370:7334", "2001:db8:85a3:0:0:8a2e:370:7334"),
        ("http://[2001:db8::7]:8080/", "2001:db8::7"),
        ("route 2001:db8:10::/48 is down", "2001:db8:10::/48"),
        ("FE80::1%eth0", "FE80::1%eth0"),
    ),
    counter_examples=(
        "std::vector",
        "12:30:45",
        "::1",
        "00:1a:2b:3c:4d:5e",
        "2025-07-08T06:00:00",
        "a::b",
        "10:20:30:40",
    ),
    score=0.95,
    valid=_is_address,
)
