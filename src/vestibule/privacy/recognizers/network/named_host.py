"""Any name behind a word that says it is a host: short names and those of public domains alike."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.encoded import encoded
from vestibule.privacy.recognizers.wording import LINK

_CUE = (
    r"(?:host(?:[ _-]?name)s?|host(?=[ ]?[:=])|fqdn|(?:server|computer|machine|node|dns|device)[ _-]?name|"
    r"ssh|rdp|nslookup|telnet|traceroute|ping|"
    r"nom d['’]hôte|nombre de host|nombre del servidor|rechnername|servername|computername|tên máy(?: chủ)?|"
    r"hosts?|servers?|hôte|serveur|servidor|máy chủ|(?:domain|database|file|print|mail) (?:controller|server)|"
    r"controller|workstation|gateway|router|switch|bms|scada|historian)"
)
_FILE = re.compile(r"\.(?:py|js|json|ya?ml|txt|csv|pdf|md|html?|xlsx?|docx?|log|conf|png|jpe?g|sh|ini)$", re.IGNORECASE)


def _is_host(match: re.Match[str]) -> bool:
    """A short name counts with a hyphen and digits (`SRV-BMS01`), a dotted one with three labels."""
    value = match["value"].lower()
    if (
        _FILE.search(value)
        or not re.search(r"[a-z]", value)
        or value.startswith("www.")
        or re.fullmatch(r"v?[\d.]+\w?", value)
    ):
        return False
    if "." in value:
        return value.count(".") >= 2 or re.search(r"\d", value.split(".")[0]) is not None
    if re.match(r"(?:host|server|serv|máy|domain|database|file|print|mail)", match[0], re.IGNORECASE) and re.fullmatch(
        r"[A-Z]{2,}[A-Z-]*\d{1,4}", match["value"]
    ):
        return True
    if re.match(r"host.?name|computername|rechnername", match[0], re.IGNORECASE) and re.fullmatch(
        r"[A-Z0-9]+(?:-[A-Z0-9]+)+", match["value"]
    ):
        return True
    named = re.match(
        r"(?:host.?name|fqdn|(?:server|computer|machine|node|dns)[ _-]?name|ssh|ping|rdp|nom|nombre|rechner|"
        r"tên|host\b|nslookup)",
        match[0],
        re.IGNORECASE,
    )
    return re.search(r"[a-z]{2,}[a-z-]*-?\d", value) is not None and ("-" in value or named is not None)


RECOGNIZER = Recognizer(
    type="HOST_NAME",
    pattern=re.compile(
        rf"(?<![^\W_]){_CUE}{LINK}(?:(?-i:[a-z_][\w-]{{1,20}})@)?(?P<value>[a-z0-9](?=[a-z0-9.-]{{0,60}}[-.\d])"
        rf"(?:[a-z0-9-]{{0,40}}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{{0,40}}[a-z0-9])?){{0,6}})(?![\w@(/%-])",
        re.IGNORECASE,
    ),
    examples=(
        ("hostname: SRV-BMS01", "SRV-BMS01"),
        ("ssh root@energy.example.com", "energy.example.com"),
        ("host = meters.campus.example.edu", "meters.campus.example.edu"),
        ("ping plc7", "plc7"),
        ("the server is called HQ-BMS-01", "HQ-BMS-01"),
        ("The server FS-HQ-02 is full", "FS-HQ-02"),
        ("Rechnername lautet GLT-PC-04.", "GLT-PC-04"),
        ("máy chủ bms-hcm-01 bị lỗi", "bms-hcm-01"),
        ("Der Server HISTDB15 startet neu", "HISTDB15"),
    ),
    counter_examples=(
        "the server is down",
        "host 12 people",
        "the gateway was replaced in 2024-05",
        "switch to mode 2",
        "server version 4.10.0",
        "controller AHU",
        "the server ran 12 jobs",
        "host: see config.yaml",
    ),
    score=0.85,
    valid=_is_host,
)

ENCODED = encoded(
    RECOGNIZER,
    examples=(
        ("hostname U1JWLUJNUzAx", "U1JWLUJNUzAx"),
        ("host Ym1zLWd3LTAxLnBsYW50Lmxhbg==", "Ym1zLWd3LTAxLnBsYW50Lmxhbg=="),
        ("server aHEtYm1zLTAx", "aHEtYm1zLTAx"),
    ),
    counter_examples=(
        "server Database",
        "host AbCdEfGh",
        "server aXMgb2ZmbGluZQ==",
    ),
    cue=r"host(?:[ _-]?name)?|server|ssh|ping",
)
