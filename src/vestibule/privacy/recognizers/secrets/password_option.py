"""Passwords as options of well-known commands: `curl -u user:secret`, `sshpass -p secret`, `snmpwalk -c community`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        r"(?<![\w-])(?:sshpass[ ]+-p[ ]?|plink\b[^\n|]{0,60}?[ ]-pw[ ]|mysql(?:dump|"
        r"admin)?\b[^\n|]{0,60}?[ ]-p(?=[^\s-])|"
        r"mosquitto_(?:pub|sub)\b[^\n|]{0,80}?[ ]-P[ ]|ipmitool\b[^\n|]{0,60}?[ ]-P[ ]|snmp(?:walk|get|set|bulkwalk)\b"
        r"[^\n|]{0,60}?[ ]-[cAX][ ]|ldapsearch\b[^\n|]{0,80}?[ ]-w[ ]|(?:smbclient|"
        r"net use)\b[^\n|]{0,80}?[ ](?:-U[ ]\S{1,40}%|"
        r"/user:\S{1,40}[ ])|curl\b[^\n|]{0,120}?[ ](?:-u|--user)[ ][\"']?[\w.@\\-]{1,40}:|PGPASSWORD=|"
        r"(?:enable|username \S{1,24}) (?:secret|password)[ ](?:[05789][ ])?|"
        r"(?i:identified by|with (?:encrypted )?password|set password(?: for [^\n=]{1,40})? =)[ ](?=[\"'])|"
        r"snmp-server community[ ]|r[ow]community6?[ ]|requirepass[ ]|masterauth[ ]|auth_pass[ ]|wpa-psk[ ]|"
        r"bind_?pw[ :=]{1,3}|"
        r"radius-server key[ ](?:\d[ ])?|"
        r"htpasswd\b[^\n|]{0,60}?-b\w?[ ]\S{1,60}[ ]\S{1,40}[ ])"
        r"[\"']?(?P<value>(?![<{$*%\[-])[^\s\"'`<>|;]{3,64})"
    ),
    gate=re.compile(
        r"sshpass|plink|mysql|mosquitto_|ipmitool|snmp(?:walk|get|set|bulkwalk)|ldapsearch|smbclient|net use|curl\b|"
        r"PGPASSWORD|(?i:identified by|password)|community|requirepass|masterauth|auth_pass|wpa-psk|bind_?pw|"
        r"server key|(?:secret|password)[ ]|htpasswd"
    ),
    examples=(
        ("curl -u bms:Winter24 http://10.0.0.5", "Winter24"),
        ("sshpass -p heizung99 ssh a@b", "heizung99"),
        ("snmpwalk -v2c -c plantro 10.0.0.5", "plantro"),
        ("mysql -u root -pchiller9 trends", "chiller9"),
        ("mosquitto_pub -u gw -P Lobby22 -t x", "Lobby22"),
        ("enable secret 0 coldstart7", "coldstart7"),
        ("CREATE USER ems IDENTIFIED BY 'plantroom'", "plantroom"),
        ("requirepass chillwater", "chillwater"),
        ("rocommunity plantread", "plantread"),
    ),
    counter_examples=(
        "curl -u user:$PASSWORD http://x",
        "mysql -u root -p trends",
        "cp -P file",
        "snmpwalk -v2c host",
    ),
    score=0.9,
)
