"""Keys, passwords, private keys, addresses with credentials and access codes; all drawn, none was ever valid."""

# ruff: noqa: E501 - pools of values read better unbroken

from __future__ import annotations

import base64
import json

from benchmarks.privacy.values.drawing import ALNUM, BASE64, CAPITALS, HEX, LOWER, URLSAFE, Draw, Generator, value
from benchmarks.privacy.values.identifiers import fqdn, ipv4

_KEYS = {
    "openai": ("sk-proj-", 64, URLSAFE), "openai_old": ("sk-", 48, ALNUM), "anthropic": ("sk-ant-api03-", 95, URLSAFE), "github": ("ghp_", 36, ALNUM), "gitlab": ("glpat-", 20, URLSAFE),
    "aws_id": ("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), "aws_secret": ("", 40, BASE64), "google": ("AIzaSy", 33, URLSAFE), "stripe": ("sk_live_", 24, ALNUM), "hf": ("hf_", 34, ALNUM),
    "npm": ("npm_", 36, ALNUM), "digitalocean": ("dop_v1_", 64, HEX), "hex32": ("", 32, HEX), "hex64": ("", 64, HEX), "generic": ("", 40, ALNUM), "influx": ("", 86, URLSAFE),
    "twilio": ("SK", 32, HEX), "deepseek": ("sk-", 32, HEX), "pypi": ("pypi-AgEIcHlwaS5vcmc", 100, URLSAFE),
}  # fmt: skip


def _key(prefix: str, length: int, alphabet: str) -> Generator:
    """Of the alphabet, but never ending in a sign that a sentence could own."""
    last = "bcdef2345679" if alphabet == HEX else "bcdefghkmn2345679"
    return lambda d: prefix + d.chars(length - 1, alphabet) + d.chars(1, last)


for _name, (_prefix, _length, _alphabet) in _KEYS.items():
    value("API_KEY", _name)(_key(_prefix, _length, _alphabet))


@value("API_KEY", "github_fine")
def github_fine(d: Draw) -> str:
    return f"github_pat_11{d.chars(20, ALNUM)}_{d.chars(59, ALNUM)}"


@value("API_KEY", "grafana")
def grafana(d: Draw) -> str:
    return f"glsa_{d.chars(32, ALNUM)}_{d.chars(8, HEX)}"


@value("API_KEY", "slack")
def slack(d: Draw) -> str:
    return f"xox{d.any('b', 'p')}-{d.chars(11)}-{d.chars(12)}-{d.chars(24, ALNUM)}"


@value("API_KEY", "sendgrid")
def sendgrid(d: Draw) -> str:
    return f"SG.{d.chars(22, URLSAFE)}.{d.chars(42, URLSAFE)}k"


@value("API_KEY", "telegram")
def telegram(d: Draw) -> str:
    return f"{d.int(10**9, 9 * 10**9)}:AA{d.chars(33, URLSAFE)}"


@value("API_KEY", "jwt")
def jwt(d: Draw) -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")

    payload: dict[str, object] = {
        "sub": d.chars(8),
        "iat": d.int(1_600_000_000, 1_800_000_000),
        "scope": d.any("bms:write", "meters:read", "admin"),
    }
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(payload)}.{d.chars(42, URLSAFE)}w"


_WORDS = (
    "Sommer",
    "chiller",
    "Winter",
    "Tiger",
    "boiler",
    "Lisbon",
    "pumpe",
    "Arsenal",
    "Dragon",
    "cooling",
    "Bluebird",
    "schnee",
    "Harley",
    "mountain",
    "Paris",
    "Password",
    "welcome",
    "Qwerty",
    "Admin",
)


@value("PASSWORD", "word")
def word_password(d: Draw) -> str:
    return f"{d.own(_WORDS)}{d.any('', '!', '#', '_', '@', '-')}{d.any(d.chars(2), d.chars(4), '20' + str(d.int(10, 26)))}{d.any('', '!', '$', '?!')}"


@value("PASSWORD", "random")
def random_password(d: Draw) -> str:
    return d.chars(1, LOWER) + d.chars(d.int(7, 14), ALNUM + "!#$%&*+-=?@^_") + d.chars(1, CAPITALS)


@value("PASSWORD", "simple")
def simple_password(d: Draw) -> str:
    return d.chars(1, LOWER) + d.chars(d.int(6, 10), LOWER + "0123456789") + d.chars(1)


@value("PASSWORD", "phrase")
def passphrase(d: Draw) -> str:
    return "-".join(d.own(_WORDS).lower() for _ in range(4)) + f"-{d.int(1, 99)}"


def _block(d: Draw, label: str, lines: int, prefix: str = "") -> str:
    body = [(prefix + d.chars(64 - len(prefix), BASE64)) if i == 0 else d.chars(64, BASE64) for i in range(lines)] + [
        d.chars(d.int(20, 60), BASE64) + "=="
    ]
    return "\n".join([f"-----BEGIN {label}-----", *body, f"-----END {label}-----"])


@value("PRIVATE_KEY", "pem")
def pem(d: Draw) -> str:
    label, lines, prefix = d.rng.choice(
        [("RSA PRIVATE KEY", 5, "MIIEpAIBAAKCAQEA"), ("PRIVATE KEY", 4, "MIIEvQIBADANBgkqhkiG9w0B"), ("EC PRIVATE KEY", 2, "MHcCAQEEI"), ("OPENSSH PRIVATE KEY", 4, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"), ("ENCRYPTED PRIVATE KEY", 4, "MIIFHDBOBgkqhkiG9w0BBQ0w")]
    )  # fmt: skip
    return _block(d, label, lines, prefix)


@value("PRIVATE_KEY", "pgp")
def pgp(d: Draw) -> str:
    return _block(d, "PGP PRIVATE KEY BLOCK", 4, "lQOYBF")


@value("PRIVATE_KEY", "escaped")
def escaped_pem(d: Draw) -> str:
    return _block(d, "PRIVATE KEY", 2, "MIIEvQIBADANBgkqhkiG9w0B").replace("\n", "\\n")


@value("PRIVATE_KEY", "wireguard")
def wireguard(d: Draw) -> str:
    return d.chars(42, BASE64) + d.any("A", "E", "M", "U", "0", "8") + "="


def _login(d: Draw) -> tuple[str, str, str]:
    user = d.any("bms", "admin", "svc_energy", "reader", "root", "etl", "grafana", "collector")
    return user, d.chars(d.int(8, 16), ALNUM), d.any(fqdn(d), ipv4(d))


@value("CONNECTION_STRING", "url")
def database_url(d: Draw) -> str:
    user, password, host = _login(d)
    return d.any(
        f"postgresql://{user}:{password}@{host}:5432/energy", f"mysql://{user}:{password}@{host}/bms", f"mongodb+srv://{user}:{password}@{host}/meters?retryWrites=true", f"redis://:{password}@{host}:6379/0",
        f"amqp://{user}:{password}@{host}:5672/%2f", f"postgres+asyncpg://{user}:{password}@{host}/telemetry", f"mqtts://{user}:{password}@{host}:8883",
    )  # fmt: skip


@value("CONNECTION_STRING", "web")
def web_url(d: Draw) -> str:
    user, password, host = _login(d)
    return d.any(
        f"https://{user}:{password}@{host}/api/v2/export",
        f"ftp://{user}:{password}@{host}/trend",
        f"rtsp://{user}:{password}@{host}:554/stream1",
        f"http://{user}:{password}@{host}:8080/obix",
    )


@value("CONNECTION_STRING", "ado")
def ado(d: Draw) -> str:
    user, password, host = _login(d)
    return d.any(
        f"Server={host};Database=Historian;User Id={user};Password={password};",
        f"Data Source={host},1433;Initial Catalog=Energy;UID={user};PWD={password}",
        f"Host={host};Port=5432;Username={user};Password={password};Database=ems",
    )


@value("CONNECTION_STRING", "azure")
def azure(d: Draw) -> str:
    return f"DefaultEndpointsProtocol=https;AccountName={d.any('meterlake', 'bmsarchive', 'energydata')}{d.int(1, 99)};AccountKey={d.chars(86, BASE64)}==;EndpointSuffix=core.windows.net"


@value("CONNECTION_STRING", "jdbc")
def jdbc(d: Draw) -> str:
    user, password, host = _login(d)
    return f"jdbc:sqlserver://{host}:1433;databaseName=EBI;user={user};password={password}"


@value("ACCESS_CODE", "digits")
def code(d: Draw) -> str:
    return d.chars(d.rng.choice([4, 4, 5, 6]))


@value("ACCESS_CODE", "hash")
def hash_code(d: Draw) -> str:
    return d.any(f"{d.chars(4)}#", f"*{d.chars(5)}#", f"C{d.chars(4)}X", f"{d.chars(4)}A", f"#{d.chars(4)}")


@value("ACCESS_CODE", "spaced")
def spaced_code(d: Draw) -> str:
    return d.any(f"{d.chars(2)} {d.chars(2)}", f"{d.chars(3)}-{d.chars(3)}", "-".join(d.chars(4)))
