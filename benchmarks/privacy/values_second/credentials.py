"""Keys of many vendors, passwords, private keys, connection strings and access codes, all drawn at random."""

from __future__ import annotations

import base64

from benchmarks.privacy.values.drawing import ALNUM, BASE64, CAPITALS, HEX, LOWER, URLSAFE
from benchmarks.privacy.values_second.drawing import Draw, value


def _key(variant: str, prefix: str, count: int, alphabet: str = ALNUM, suffix: str = "") -> None:
    value("API_KEY", variant)(lambda d: prefix + d.chars(count, alphabet) + suffix)


_key("openai", "sk-proj-", 48)
_key("openai_old", "sk-", 48)
_key("anthropic", "sk-ant-api03-", 93, URLSAFE, "AA")
_key("google", "AIza", 35, URLSAFE)
_key("aws_id", "AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_key("aws_secret", "", 40, BASE64)
_key("github", "ghp_", 36)
_key("github_fine", "github_pat_11", 71, ALNUM + "_")
_key("gitlab", "glpat-", 20, URLSAFE)
_key("stripe", "sk_live_", 24)
_key("huggingface", "hf_", 34)
_key("npm", "npm_", 36)
_key("pypi", "pypi-AgEIcHlwaS5vcmc", 80, URLSAFE)
_key("twilio", "SK", 32, HEX)
_key("mailgun", "key-", 32, HEX)
_key("deepseek", "sk-", 32, HEX)
_key("groq", "gsk_", 52)
_key("digitalocean", "dop_v1_", 64, HEX)
_key("docker", "dckr_pat_", 27, URLSAFE)
_key("vault", "hvs.", 90, URLSAFE)
_key("databricks", "dapi", 32, HEX)
_key("hex32", "", 32, HEX)
_key("hex40", "", 40, HEX)
_key("hex64", "", 64, HEX)
_key("generic", "", 43, URLSAFE)
_key("generic_short", "", 24)
_key("influx", "", 86, URLSAFE, "==")


@value("API_KEY", "telegram")
def telegram(d: Draw) -> str:
    return f"{d.int(10**9, 8 * 10**9)}:AA{d.chars(33, URLSAFE)}"


@value("API_KEY", "sendgrid")
def sendgrid(d: Draw) -> str:
    return f"SG.{d.chars(22, URLSAFE)}.{d.chars(43, URLSAFE)}"


@value("API_KEY", "slack")
def slack(d: Draw) -> str:
    return f"xoxb-{d.chars(12)}-{d.chars(13)}-{d.chars(24, ALNUM)}"


@value("API_KEY", "grafana")
def grafana(d: Draw) -> str:
    return f"glsa_{d.chars(32, ALNUM)}_{d.chars(8, HEX)}"


@value("API_KEY", "jwt")
def jwt(d: Draw) -> str:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    header = part('{"alg":"HS256","typ":"JWT"}')
    claims = part(f'{{"sub":"{d.chars(8)}","exp":17{d.chars(8)}}}')
    return f"{header}.{claims}.{d.chars(43, URLSAFE)}"


@value("API_KEY", "azure")
def azure(d: Draw) -> str:
    return d.chars(86, BASE64) + "=="


_WORDS = (
    "Turbine Kolibri Walnut Basalt Pelikan Cobalt Juniper Magnolia"
    " Sextant Otter Zephyr Quartz Nimbus Marzipan Ventil Lichthof"
)


@value("PASSWORD", "strong")
def strong(d: Draw) -> str:
    return (
        d.chars(3, LOWER)
        + d.any(*"!$%&*?=+")
        + d.chars(3)
        + d.chars(3, CAPITALS)
        + d.any(*"!$%&*?=+")
        + d.chars(2, LOWER)
    )


@value("PASSWORD", "word")
def word(d: Draw) -> str:
    return f"{d.any(*_WORDS.split())}{d.any('', '_', '-', '#', '!')}{d.int(11, 2099)}{d.any('', '!', '?', '$')}"


@value("PASSWORD", "phrase")
def phrase(d: Draw) -> str:
    return "-".join(d.rng.sample(_WORDS.lower().split(), 4))


@value("PASSWORD", "leet")
def leet(d: Draw) -> str:
    return (
        d.any(*_WORDS.split()).replace("a", "@").replace("o", "0").replace("i", "1")
        + str(d.int(10, 99))
        + d.any("!", "#", "")
    )


@value("PASSWORD", "lower")
def lower(d: Draw) -> str:
    return d.any(*_WORDS.lower().split()) + str(d.int(1, 999))


value("PASSWORD", "random")(lambda d: d.chars(16, ALNUM))
value("PASSWORD", "tail")(lambda d: d.chars(10, ALNUM) + d.any(*"!$*?=") + d.chars(2))
value("PASSWORD", "digits")(lambda d: d.mask("9#####"))
value("PASSWORD", "psk")(lambda d: d.chars(20, HEX))
value("PASSWORD", "totp")(lambda d: d.chars(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
value("PASSWORD", "community")(lambda d: d.any(*_WORDS.lower().split()) + "_" + d.chars(4, LOWER) + "RO")


def _pem(d: Draw, name: str, lines: int) -> str:
    body = "\n".join(d.chars(64, BASE64) for _ in range(lines))
    return f"-----BEGIN {name}-----\n{body}\n{d.chars(38, BASE64)}==\n-----END {name}-----"


value("PRIVATE_KEY", "rsa")(lambda d: _pem(d, "RSA PRIVATE KEY", 5))
value("PRIVATE_KEY", "pkcs8")(lambda d: _pem(d, "PRIVATE KEY", 3))
value("PRIVATE_KEY", "openssh")(lambda d: _pem(d, "OPENSSH PRIVATE KEY", 4))
value("PRIVATE_KEY", "ec")(lambda d: _pem(d, "EC PRIVATE KEY", 2))
value("PRIVATE_KEY", "encrypted")(lambda d: _pem(d, "ENCRYPTED PRIVATE KEY", 4))
value("PRIVATE_KEY", "escaped")(lambda d: _pem(d, "PRIVATE KEY", 3).replace("\n", "\\n"))
value("PRIVATE_KEY", "wireguard")(lambda d: d.chars(42, BASE64) + d.any(*"AEIMQUYcgkosw048") + "=")
value("PRIVATE_KEY", "pgp")(lambda d: _pem(d, "PGP PRIVATE KEY BLOCK", 4))
value("PRIVATE_KEY", "crlf")(lambda d: _pem(d, "RSA PRIVATE KEY", 3).replace("\n", "\n    "))


def _url(variant: str, scheme: str, port: str, path: str) -> None:
    def make(d: Draw) -> str:
        user = d.any("ems", "bms_ro", "reader", "admin", "svc-hist")
        host = d.any("db", "hist01", "10.4.20.11", "broker.plant.local", "redis-ot")
        return f"{scheme}://{user}:{d.any(word(d).replace('#', ''), d.chars(14, ALNUM))}@{host}{port}{path}".replace(
            "?@", "@"
        )

    value("CONNECTION_STRING", variant)(make)


_url("postgres", "postgresql", ":5432", "/energy")
_url("postgres_async", "postgresql+asyncpg", ":5432", "/bms")
_url("mysql", "mysql", ":3306", "/meters")
_url("redis", "redis", ":6379", "/0")
_url("amqp", "amqps", ":5671", "/ot")
_url("mqtt", "mqtts", ":8883", "")
_url("mongo", "mongodb+srv", "", "/trend?retryWrites=true")
_url("ftp", "ftp", "", "/export")
_url("rtsp", "rtsp", ":554", "/stream1")
_url("https", "https", "", "/api/v2/points")
_url("smb", "sftp", ":22", "/backup")


@value("CONNECTION_STRING", "ado")
def ado(d: Draw) -> str:
    server, password = f"{d.any('sqlbms', 'HISTSQL')}{d.int(1, 9)}", d.chars(14, ALNUM)
    return f"Server={server};Database=Trend;User Id=svc_bms;Password={password};"


@value("CONNECTION_STRING", "azure")
def azure_storage(d: Draw) -> str:
    account, key = f"trend{d.int(10, 99)}", azure(d)
    return f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};EndpointSuffix=core.windows.net"


@value("CONNECTION_STRING", "iothub")
def iothub(d: Draw) -> str:
    hub, device, key = d.int(10, 99), d.int(1, 30), d.chars(43, BASE64)
    return f"HostName=ot{hub}.azure-devices.net;DeviceId=edge{device};SharedAccessKey={key}="


@value("CONNECTION_STRING", "jdbc")
def jdbc(d: Draw) -> str:
    return f"jdbc:postgresql://hist{d.int(1, 9)}:5432/trend?user=ems&password={d.chars(14, ALNUM)}"


value("ACCESS_CODE", "four")(lambda d: d.mask("9###"))
value("ACCESS_CODE", "six")(lambda d: d.mask("9#####"))
value("ACCESS_CODE", "hash")(lambda d: d.mask(d.any("9###", "####", "9####", "9#####")) + "#")
value("ACCESS_CODE", "letter")(lambda d: d.mask(d.any("@9##", "9##@", "9###@", "@@9##")))
value("ACCESS_CODE", "spaced")(lambda d: " ".join(d.mask("9###")))
value("ACCESS_CODE", "dashed")(lambda d: d.mask("9#-##-##"))
