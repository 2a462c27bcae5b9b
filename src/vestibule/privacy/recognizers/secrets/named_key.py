"""Keys and tokens of any issuer behind the words that name them."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import JOINED, QUOTE
from vestibule.privacy.validators import looks_random

_NAME = (
    r"(?:x-)?api[ _-]?(?:key|token|secret|schl(?:ü|ue)ssel)|(?:secret|access|account|signing|encryption|"
    r"subscription|storage|master|shared|license|"
    r"integration|service|deploy|webhook|instrumentation|function|host|host_|sas|auth|app|application|"
    r"consumer|device|session|read|write)"
    r"[ _-]?(?:access[ _-]?)?(?:key|token|secret)(?:[ _-]?id)?|(?:client|app|oauth|webhook|jwt|hmac|"
    r"shared|cookie|flask)[ _-]?secret|"
    r"(?:auth|access|refresh|bearer|id|personal access|bot|api|csrf|session|service)?[ _-]?token|"
    r"api-?schl(?:ü|ue)ssel|zugriffsschl(?:ü|ue)ssel|"
    r"schl(?:ü|ue)ssel|clé (?:d['’])?api|clé secrète|jeton(?: d['’]accès)?|clave (?:de )?api|clave secreta|"
    r"ficha de acceso|khóa (?:api|bí mật)|bearer|"
    r"mã thông báo|(?:my|our|your|the|new)[ ](?:\w{2,20}[ ])?key|influx(?:db)?[ _-]?token|app[ _-]?id"
)

RECOGNIZER = Recognizer(
    type="API_KEY",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_NAME}){JOINED}{QUOTE}(?P<value>(?!sha\d|"
        rf"https?:)[A-Za-z0-9+/=_~.$%!*#-]{{7,300}}[A-Za-z0-9+/=_~$%!*#-])(?![\w(@])",
        re.IGNORECASE,
    ),
    examples=(
        ("api_key = 'q8Zr4tY1wX6cV3bN'", "q8Zr4tY1wX6cV3bN"),
        ("The API key is 9f86d081884c7d65.", "9f86d081884c7d65"),
        ('"client_secret": "k3Jd-92kfLs_0Qpz71"', "k3Jd-92kfLs_0Qpz71"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzKEY0001", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzKEY0001"),
        ("X-Api-Key: 4b825dc642cb6eb9a060e54bf8d69288", "4b825dc642cb6eb9a060e54bf8d69288"),
        ("Der API-Schlüssel lautet 7hK2pL9xQ4", "7hK2pL9xQ4"),
        ("clé API : 7hK2pL9xQ4mN", "7hK2pL9xQ4mN"),
        ('{"auth": {"bearer": "428XTMRaqG8PpAPr6rqkaXdX"}}', "428XTMRaqG8PpAPr6rqkaXdX"),
        ("khóa API là 7hK2pL9xQ4mN", "7hK2pL9xQ4mN"),
    ),
    counter_examples=(
        "the token count is 4096",
        "api_key = os.environ['VESTIBULE_ADMIN_KEY']",
        "set token: your_token_here",
        "max_tokens: 12345678",
        "the secret is good insulation",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "token: ${INFLUX_TOKEN_2}",
    ),
    score=0.9,
    valid=lambda match: looks_random(match["value"]),
)
