"""Private keys: PEM and OpenSSH blocks (RFC 7468), PuTTY files, age and WireGuard keys."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_HEADER = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"

RECOGNIZER = Recognizer(
    type="PRIVATE_KEY",
    pattern=re.compile(
        rf"{_HEADER}[\s\S]{{0,8000}}?-----END [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----|"
        rf"{_HEADER}(?:(?:\s|\\[rn]){{1,4}}[A-Za-z0-9+/=]{{16,200}}){{0,400}}|"
        r"PuTTY-User-Key-File-\d:[\s\S]{0,2000}?Private-MAC:[ ][0-9a-f]{40,64}|"
        r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b|"
        r"(?<=PrivateKey = )[A-Za-z0-9+/]{43}=|(?<=PrivateKey=)[A-Za-z0-9+/]{43}="
    ),
    examples=(
        (
            "see -----BEGIN RSA PRIVATE KEY-----\nMIIEowIB\nq8Zr4tY1wX6c==\n-----END RSA PRIVATE KEY----- there",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIB\nq8Zr4tY1wX6c==\n-----END RSA PRIVATE KEY-----",
        ),
        (
            '"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----\\n"',
            "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----",
        ),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA",
        ),
        ("PrivateKey = qGn1yV3bN5mK7q8Zr4tY1wX6cV3bN5mK7q8Zr4tY1wU=", "qGn1yV3bN5mK7q8Zr4tY1wX6cV3bN5mK7q8Zr4tY1wU="),
    ),
    counter_examples=(
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "the private key stays in the vault",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9l user",
    ),
    score=0.99,
)
