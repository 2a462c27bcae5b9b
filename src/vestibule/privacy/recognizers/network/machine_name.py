"""Short names of machines without a cue: by their shape (`srv-dc10`), beside an address, in a URL or path."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_around

# what only machines in a network are called, and what plants and points may be called too
_CERTAIN = (
    r"srv|svr|serv|server|esxi?|nas|vpn|nvr|jump|bastion|proxy|dns|ntp|sql|hyperv|vcenter|desktop|laptop|workstation|"
    r"glt-pc|"
    r"kube|k8s|jace|scada|router|firewall|mqtt|broker|historian|print"
)
_PERHAPS = (
    r"gw|gateway|node|dc|fs|db|pc|ws|vm|app|web|mail|host|fw|sw|switch|rtr|ap|"
    r"cam|hmi|plc|bms|iot|edge|rpi|nuc|ipc|backup"
)
_IP = r"(?:\d{1,3}\.){3}\d{1,3}"
_NAME = r"(?=[a-z0-9_-]{0,40}[a-z])(?=[a-z0-9_]{0,40}[-_\d])[a-z][a-z0-9_-]{2,40}(?<![-_])"


_NO_NAME = re.compile(
    r"(?:modbus|bacnet|opc|mqtt|http|https|ssh|icmp|snmp|port|udp|tcp|eth|vlan|if|ip|v|rev|line|row|mac|unit|slave|id|"
    r"ttl|seq|icmp)[_-]?\w*"
)
_SURE = re.compile(rf"(?:^|[-_])(?:{_CERTAIN})(?:\d|[-_]|$)")
_NETWORK = re.compile(
    r"\b(?:ping|port \d|connect|ssh|rdp|vnc|network|vlan|subnet|dns\b|host|reboot|login|log in|vm\b|server|lease|"
    r"dhcp|switch|"
    rf"firewall|backup|unreachable|offline)|{_IP}|(?:[0-9a-f]{{2}}[:-]){{5}}"
)


def _is_machine(match: re.Match[str]) -> bool:
    """A gateway or a node is a machine only where a network is the talk."""
    value = match["value"].lower()
    if match["near"] is not None:
        return _NO_NAME.fullmatch(value) is None
    if any(match[group] is not None for group in ("url", "syslog", "share", "login")):
        return value not in ("localhost", "example", "server", "host", "hostname")
    if match["machine"] is None:
        return True
    return _SURE.search(value) is not None or _NETWORK.search(words_around(match, 80)) is not None


RECOGNIZER = Recognizer(
    type="HOST_NAME",
    pattern=re.compile(
        rf"(?<![\w.@/\\-])(?:(?P<machine>(?=[a-z0-9_-]{{2,40}}(?<=\d)(?![\w-]))"
        rf"(?=(?:[a-z0-9]{{1,16}}[-_]){{0,3}}(?:{_CERTAIN}|{_PERHAPS})(?:\d|[-_])))|"
        rf"(?=(?:desktop|laptop)-(?=[a-z0-9]{{0,6}}\d)[a-z0-9]{{6,8}}\b)|"
        rf"(?P<near>(?={_NAME}[\"']?[ ]{{0,3}}(?:[(\[=:,|]|->|is|at)?[ ]{{0,3}}{_IP}(?!\d)))|"
        rf"{_IP}(?::\d{{1,5}})?[ \t]{{0,8}}(?:[(\[,|=]|->|\t)[ \t]{{0,3}}(?={_NAME}[)\],|\s])|"
        r"(?P<url>(?:https?|opc\.tcp|mqtts?|wss?|ssh|s?ftp|rtsp|rdp|vnc|ldaps?|modbus|bacnet|tcp|"
        r"udp)://(?=[a-z][a-z0-9_-]{2,40}(?::\d|/|[\s\"']|$)))|"
        r"(?P<share>\\\\{1,2}(?=[a-z0-9_-]{2,40}\\))|(?P<login>[a-z_][a-z0-9_-]{0,20}@(?=[a-z0-9_-]{3,40}:[~/]))|"
        r"(?P<syslog>\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|"
        r"[+-]\d\d:?\d\d)?[ ](?=[a-z][a-z0-9_-]{2,40}[ ](?:[a-z][\w./-]{1,30}\[\d{1,7}\]|kernel|systemd|sshd|cron|"
        r"crond|dhclient|dhcpd|ntpd|chronyd|snmpd|rsyslogd|sudo|su|named|postfix|nginx|dockerd?|networkmanager):)))"
        rf"(?P<value>[a-z0-9][a-z0-9_-]{{1,40}}(?<![-_]))(?![\w@-]|\.[a-z0-9])",
        re.IGNORECASE,
    ),
    examples=(
        ("lease 172.25.128.241 (ahu-gw-srv13)", "ahu-gw-srv13"),
        ("SRV-BACKUP04 (10.173.170.149) is down", "SRV-BACKUP04"),
        ("can't reach esxi-srv05 since noon", "esxi-srv05"),
        ("DESKTOP-4F7K2Q1 joined the domain", "DESKTOP-4F7K2Q1"),
        ("http://bms-srv:8080/login times out", "bms-srv"),
        ("Jun 12 06:25:43 gw-edge sshd[1023]: Failed", "gw-edge"),
        ("root@esxi-node-22:~# uptime", "esxi-node-22"),
        ("\\\\FS-HQ-02\\projects", "FS-HQ-02"),
        ("backup-gw-03 cannot be pinged, ping times out", "backup-gw-03"),
    ),
    counter_examples=(
        "http://localhost:8080/docs",
        "AHU-1 and VAV-12",
        "GW-1 is the glass window",
        "node-18 of the finite element grid",
        "the server is down",
        "win-win situation",
    ),
    score=0.85,
    valid=_is_machine,
)
