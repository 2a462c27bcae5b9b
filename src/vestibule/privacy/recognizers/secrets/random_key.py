"""Keys and tokens that look drawn at random and stand near a word for one, whatever stands between the two.

"The portal token (2QsQ…Tt9Q) was read aloud", "hier der Schlüssel für das Wetterportal: 56b2…", "56b2… is the API key".
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time, looks_random, made_of_words, words_around

_NAME = (
    r"(?:(?:api|access|service|secret|portal|auth\w{0,8}|bearer|zugriffs?|zugangs?)[ _-]?)?(?:keys?|tokens?|schl(?:ü|"
    r"ue)ssel)|"
    r"api|secrets?|pat|clés?(?: secrète| d['’](?:api|accès))?|jetons?|claves?|fichas? de acceso|khóa|mã (?:api|"
    r"truy cập|token)|"
    r"psk|credentials?|totp|otp|2fa|mfa"
)
_TOKEN = r"(?=[^\d\s]{0,80}\d)(?=[\d_+/=~.-]{0,40}[a-z])[a-z0-9_+/~.-]{14,300}[a-z0-9_](?:={1,2})?"
_NO_SECRET = re.compile(
    r"(?:sha-?\d|md5|hash|commit|checksum|digest|etag|fingerprint|public|uuid|guid|trace|request|correlation|primary|"
    r"foreign|cache|partition|revision|object|config|"
    r"row|sort|host|thumbprint|pr(?:ü|ue)fsumme|öffentlich|publique|pública|ssh-(?:rsa|ed25519)|integrity|nonce|locale)"
)


def _is_drawn(match: re.Match[str]) -> bool:
    value = match["value"]
    if made_of_words(value) or re.search(
        r"[./].*[./]|^https?|\.(?:py|js|json|ya?ml|md|txt|csv|com|org|net|io)\b", value
    ):
        return False
    return not inside_uuid_or_time(match) and looks_random(value) and _NO_SECRET.search(words_around(match, 60)) is None


RECOGNIZER = Recognizer(
    type="API_KEY",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?:{_NAME})(?![^\W_])[^\n]{{1,80}}?(?<![\w.+/@-])(?=[-_]?[a-z0-9])|"
        rf"(?<![\w.+/@-])(?={_TOKEN}[ ]?(?:[(\[]|[ ](?:is|was|as|ist|est|es|"
        rf"là)[ ])[^\n]{{0,24}}?(?<![^\W_])(?:{_NAME})(?![^\W_])))"
        rf"(?P<value>{_TOKEN})(?![\w@:+/~-])",
        re.IGNORECASE,
    ),
    examples=(
        ("The portal token (2QsQ8xxO5oCaXQjESA6h7kDo) was read aloud", "2QsQ8xxO5oCaXQjESA6h7kDo"),
        ("der Schlüssel für das Wetterportal: 56b2ff3775f4a376491cb437a280f8f2", "56b2ff3775f4a376491cb437a280f8f2"),
        ("la clé d'API du portail météo : 07eaef9a592f9ae7e1a80fdd7abc7f96", "07eaef9a592f9ae7e1a80fdd7abc7f96"),
        ("Khóa API của cổng thời tiết: e4d419388e32198ef7676c41df4385b7", "e4d419388e32198ef7676c41df4385b7"),
        ("56b2ff3775f4a376491cb437a280f8f2 is the weather API key", "56b2ff3775f4a376491cb437a280f8f2"),
        ("use AtACPizksR3HtgyRDlokXRjY4452sE9W as the api key", "AtACPizksR3HtgyRDlokXRjY4452sE9W"),
        ("2FA seed for the account O2VYKTQ3VDFOQUKZ7KG3JSB3", "O2VYKTQ3VDFOQUKZ7KG3JSB3"),
    ),
    counter_examples=(
        "the key is the sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "cache key 56b2ff3775f4a376491cb437a280f8f2",
        "the token bucket refills at AHU3_SupplyAirTemp_Sp",
        "the key is in https://example.org/docs/key-management-2024",
        "key 123e4567-e89b-12d3-a456-426614174000",
        "primary key b4f1d2c3a4e5f60718293a4b5c6d7e8f",
    ),
    score=0.85,
    valid=_is_drawn,
)
