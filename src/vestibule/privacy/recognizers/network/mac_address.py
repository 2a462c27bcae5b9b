"""MAC addresses (EUI-48, EUI-64) with separators, or bare behind their name."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time, words_before

_PAIR = r"[0-9a-f]{2}"


def _is_mac(match: re.Match[str]) -> bool:
    """Twelve hexadecimal digits without pairs may be anything, unless they are called a MAC."""
    if inside_uuid_or_time(match):
        return False
    paired = match["bare"] is None and (":" in match["value"] or any(c in "abcdefABCDEF" for c in match["value"]))
    behind = match.string[match.end() : match.end() + 24].lower()
    return (
        paired
        or re.match(r"\W{1,3}(?:mac|hwaddr|bssid)\b|[^.\n]{0,16}\(mac\)", behind) is not None
        or re.search(
            r"(?<![^\W_])(?:mac|ethernet|hardware|hwaddr|eui|physical|bssid|wlan|arp)", words_before(match, 32)
        )
        is not None
    )


RECOGNIZER = Recognizer(
    type="MAC_ADDRESS",
    pattern=re.compile(
        rf"(?<![\w:.-])(?P<value>{_PAIR}(?::{_PAIR}){{5}}(?:(?::{_PAIR}){{2}})?|"
        rf"{_PAIR}(?:-{_PAIR}){{5}}(?:(?:-{_PAIR}){{2}})?|"
        rf"[0-9a-f]{{4}}\.[0-9a-f]{{4}}\.[0-9a-f]{{4}}|(?P<bare>[0-9a-f]{{12}}|"
        rf"{_PAIR}(?: {_PAIR}){{5}}))(?![\w-]|[:.]\w)",
        re.IGNORECASE,
    ),
    examples=(
        ("MAC 00:1A:2B:3C:4D:5E.", "00:1A:2B:3C:4D:5E"),
        ("00-1a-2b-3c-4d-5e", "00-1a-2b-3c-4d-5e"),
        ("arp 001a.2b3c.4d5e", "001a.2b3c.4d5e"),
        ("mac address: 001A2B3C4D5E", "001A2B3C4D5E"),
        ("its sticker says 0004A3d9185a (MAC)", "0004A3d9185a"),
        ("'mac': '00:1a:2b:3c:4d:5e'", "00:1a:2b:3c:4d:5e"),
    ),
    counter_examples=(
        "001A2B3C4D5E",
        "123e4567-e89b-12d3-a456-426614174000",
        "2025-07-08T06:00:00",
        "20-10-12-05-30",
        "1234.5678.9012",
        "hash 9f86d081884c",
    ),
    score=0.97,
    valid=_is_mac,
)
