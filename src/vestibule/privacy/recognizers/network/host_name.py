"""Host names of the house: internal suffixes, and machines by the shape of their first label (`bms-gw-01.…`).

Public web links are not host names of the house.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_INSIDE = r"(?:local|lan|internal|corp|intra(?:net)?|localdomain|home\.arpa|private|localnet)"
_MACHINE = (
    r"(?:bms|bas|bacs|scada|plc|hmi|ddc|jace|gw|gateway|srv|server|vpn|nas|db|sql|ems|dc|fw|switch|router|"
    r"rtr|ap|nvr|cctv|cam|ctrl|ctl|"
    r"controller|iot|edge|node|hist|historian|mqtt|broker|opc|ntp|dns|print|prn|vm|ws|pc|esxi?|host|"
    r"niagara|proxy|bacnet|modbus|knx|meter|ahu|vav|"
    r"chiller|boiler|supervisor|lon|dali|ipc|rpi|nuc|fs|file|app|web|data|core|mgmt|jump|bastion|energy|"
    r"hvac|lobby|plant)"
)


def _is_host(match: re.Match[str]) -> bool:
    """`threading.local()` is code and `settings.local` a file."""
    value = match["value"].lower()
    if re.search(r"\.(?:jar|so|gz|tgz|zip|whl|exe|msi|deb|rpm|py|js|json|ya?ml|md)$|-\d+\.\d+\.\d", value):
        return False
    return not value.startswith(
        ("www.", "self.", "threading.", "settings.", "config.", "auth.env.", "e.g", "i.e", "env.")
    )


RECOGNIZER = Recognizer(
    type="HOST_NAME",
    pattern=re.compile(
        rf"(?<![\w@.-])(?P<value>(?:{_LABEL}\.){{1,5}}{_INSIDE}(?![\w(-]|\.\w)|"
        rf"{_MACHINE}(?=(?:\.{_LABEL}){{3}})(?:\.{_LABEL}){{2,5}}\.[a-z]{{2,16}}(?![\w(-]|\.\w)|"
        rf"{_MACHINE}(?:[a-z]{{0,12}}\d{{1,4}}[a-z]?|"
        rf"(?:-[a-z0-9]{{1,20}}){{1,5}})(?:\.{_LABEL}){{1,5}}\.[a-z]{{2,16}}(?![\w(-]|\.\w)|"
        rf"[a-z0-9]{{1,16}}-(?:gw|plc|srv|bms|scada|ctrl|controller|nvr|hmi|jace|switch|"
        rf"fw)\d{{0,3}}(?:\.{_LABEL}){{2,5}}(?![\w(-]|\.\w)|"
        rf"[a-z]{{2,16}}(?:-[a-z0-9]{{1,16}}){{0,4}}-\d{{1,4}}[a-z]?(?:\.{_LABEL}){{2,5}}(?<=[a-z]{{2}})(?![\w(-]|"
        rf"\.\w))",
        re.IGNORECASE,
    ),
    examples=(
        ("open bms-gw-01.site.example.com now", "bms-gw-01.site.example.com"),
        ("server01.corp is down", "server01.corp"),
        ("http://niagara.plant.local/ord", "niagara.plant.local"),
        ("Scada-Srv2.intra.", "Scada-Srv2.intra"),
        ("ssh admin: jace-12.hq.lan", "jace-12.hq.lan"),
        ("db1.energy.internal:5432", "db1.energy.internal"),
        ("cam-lobby-3.b12.example.net", "cam-lobby-3.b12.example.net"),
    ),
    counter_examples=(
        "https://www.example.com/docs",
        "see docs.example.org",
        "threading.local()",
        "the local. Then",
        "settings.local.json",
        "AHU-1.SupplyTemp",
        "m.berg@mail.corp",
        "antlr-4.11.1-complete.jar",
    ),
    score=0.9,
    valid=_is_host,
)
