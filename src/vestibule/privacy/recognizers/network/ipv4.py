"""IPv4 addresses and networks; not versions, section numbers or object identifiers."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import ip_address, words_before

_OTHER = re.compile(
    r"(?:versions?|ver\.?|release|rel\.?|firmware|fw|build|v|rev\.?|revision|section|sec\.?|chapter|"
    r"clause|§{1,2}|kapitel|abschnitt|ziffer|appendix|annex|table|figure|fig\.?|"
    r"paragraph|upgrade[d]? to|update[d]? to|from|driver|python|node|kernel|schema|standard|article|oid|"
    r"phiên bản|sección|versión)[ :=_]{0,2}(?:is |to |number |no\. )?[\"'(]?$"
)
_CERTAIN = re.compile(
    r"(?:ip|address|adresse|host|server|dns|gateway|subnet|port|dirección|địa chỉ|ping|bacnet|modbus|device)\b"
)


def _is_address(match: re.Match[str]) -> bool:
    if not ip_address(match["value"].split(":")[0]):
        return False
    before = words_before(match, 32)
    if re.search(r"[<>~]= ?$", before):
        return False
    found = _OTHER.search(before)
    if found is None:
        return True
    # "from 10.0.0.7" is an address, "from 1.2.3.4 to 1.2.3.5" in talk of firmware is not
    return found[0].startswith("from") and (
        _CERTAIN.search(before) is not None
        or not re.search(
            r"firmware|version|release|upgrade", match.string[max(0, match.start() - 80) : match.end() + 40].lower()
        )
    )


RECOGNIZER = Recognizer(
    type="IP_ADDRESS",
    pattern=re.compile(
        r"(?<![\w.-])(?<!\d,)(?<![A-Za-z]/)(?P<value>(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|"
        r"1?\d?\d)){3}(?:/(?:3[0-2]|[12]?\d)(?!\d))?)(?![\w-]|\.\w|/\d)"
    ),
    examples=(
        ("ping 192.168.10.20.", "192.168.10.20"),
        ("subnet 10.20.0.0/16 is ours", "10.20.0.0/16"),
        ("http://172.16.4.9:8080/login", "172.16.4.9"),
        ("(10.0.0.5)", "10.0.0.5"),
        ("ip=10.1.2.3,port=47808", "10.1.2.3"),
        ("connection from 10.0.0.7 refused", "10.0.0.7"),
        ("10.0.0.5:47808", "10.0.0.5"),
    ),
    counter_examples=(
        "version 4.10.0.22",
        "v1.2.3.4",
        "firmware 3.8.1.12 is out",
        "see section 5.4.3.2",
        "§ 5.4.3.2",
        "OID 1.3.6.1.4.1",
        "256.1.1.1",
        "Standard 211 6.1.2.1.d",
        "Chrome/120.0.0.0",
        "127.0.0.1",
        "brotlicffi>=1.2.0.2",
        "upgraded from 4.1.2.3 to the next firmware",
    ),
    score=0.95,
    valid=_is_address,
)
