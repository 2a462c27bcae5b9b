"""Columns of host names."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="HOST_NAME",
    pattern=cell(
        r"(?=[a-z0-9._-]*[a-z])(?=[a-z0-9._-]*[\d.-])(?!\d{1,3}(?:\.\d{1,3}){3})[a-z0-9][a-z0-9_-]{1,40}"
        r"(?:\.[a-z0-9-]{1,40}){0,5}"
    ),
    needs="\n",
    examples=(
        ("host,ip\nsrv-bms-01,10.0.0.5", "srv-bms-01"),
        ("| IP | Hostname |\n|---|---|\n| 10.0.0.5 | GLT-PC-04 |", "GLT-PC-04"),
        ("Rechnername;Raum\nHQ-DC01;Keller", "HQ-DC01"),
    ),
    counter_examples=("server,state\nmain,up", "host, who was late,\ncame, after all,", "node,count\n7,12"),
    score=0.85,
    valid=below(
        r"host(?:[ _-]?name)?s?|fqdn|(?:server|computer|machine|dns|node)(?:[ _-]?name)?|servername|rechnername|"
        r"nom d['’]hôte|serveur|servidor|máy chủ|tên máy(?: chủ)?",
    ),
)
