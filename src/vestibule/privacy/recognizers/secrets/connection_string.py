"""Addresses of services with their credentials: user and password in a URL, or in a list of `key=value;`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_PASSWORD = r"(?:password|pwd|accountkey|sharedaccesskey|accesskey|token)"


def _has_credentials(match: re.Match[str]) -> bool:
    """`https://user:password@host` in a manual shows the shape; so do `<password>` and `${PASSWORD}`."""
    secret = match["password"] or ""
    return not re.fullmatch(r"[<{$%*\[].*|x{3,}|\*+", secret, re.IGNORECASE)


RECOGNIZER = Recognizer(
    type="CONNECTION_STRING",
    pattern=re.compile(
        r"(?P<value>\b[a-z][a-z0-9+.-]{1,24}://[^\s:/@\"'<>]{0,80}:(?P<password>[^\s@/\"'<>]{1,128})"
        r"@[\w.\-\[\]:%]{1,200}(?<![.:])(?:/[^\s\"'<>]{0,200}(?<![.,;:)]))?|"
        r"\bjdbc:[a-z0-9:]{2,40}//[^\s\"'<>]{3,300}?[?;&]" + _PASSWORD + r"=[^\s\"'<>&;]{1,128}[^\s\"'<>]{0,200}|"
        r"\b(?:server|host|data source|addr(?:ess)?|endpoint|hostname|user id|uid|user|database|dsn|"
        r"defaultendpointsprotocol|driver|provider)"
        r"=[^;\n\"]{1,200};(?:[^;=\n\"]{1,40}=[^;\n\"]{0,200};){0,10}?[ ]?"
        + _PASSWORD
        + r"=[^;\n\"']{1,200}(?:;[^;=\n\"]{1,40}=[^;\s\"']{0,200}){0,10};?|"
        r"\b(?:host|user|dbname|hostaddr|port)=[^\s\"]{1,100}[ ](?:\w{1,20}=[^\s\"]{1,100}[ "
        r"]){0,6}?password=[^\s\"']{1,128})",
        re.IGNORECASE,
    ),
    examples=(
        (
            "use postgres://bms:Pa55word@db.example.org:5432/meters now",
            "postgres://bms:Pa55word@db.example.org:5432/meters",
        ),
        ("DATABASE_URL=mysql+pymysql://root:toor@10.0.0.7/energy", "mysql+pymysql://root:toor@10.0.0.7/energy"),
        ("redis://:s3cret@cache:6379/0", "redis://:s3cret@cache:6379/0"),
        ("mqtts://gw:hunter2@broker.local:8883.", "mqtts://gw:hunter2@broker.local:8883"),
        (
            '"Server=tcp:sql1,1433;Database=ems;User ID=sa;Password=Adm1n!;Encrypt=true"',
            "Server=tcp:sql1,1433;Database=ems;User ID=sa;Password=Adm1n!;Encrypt=true",
        ),
        (
            "jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=Adm1n!",
            "jdbc:sqlserver://h:1433;databaseName=x;user=sa;password=Adm1n!",
        ),
        ("host=db user=ems password=Adm1n! dbname=x", "host=db user=ems password=Adm1n!"),
    ),
    counter_examples=(
        "postgres://db.example.org:5432/meters",
        "https://example.org/a:b@c",
        "postgres://user:<password>@host/db",
        "see https://example.org:8443/x and mail me@example.org",
    ),
    score=0.98,
    valid=_has_credentials,
)
