"""Payment card numbers: a brand's range and length, and the Luhn digit; behind the word "card", also mistyped ones."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import digits, inside_uuid_or_time, payment_card, words_before

_CUE = r"(?:credit|debit|visa|master ?card|amex|american express|kredit|carte|tarjeta|thẻ|card)"


def _is_card(match: re.Match[str]) -> bool:
    if inside_uuid_or_time(match) or not 13 <= len(digits(match["value"])) <= 19:
        return False
    return payment_card(match["value"]) or re.search(rf"{_CUE}[^\d\n]{{0,24}}$", words_before(match, 40)) is not None


RECOGNIZER = Recognizer(
    type="BANK_ACCOUNT",
    pattern=re.compile(
        r"(?<![\w.,/+-])(?P<value>[2-6]\d{3}(?:[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}|"
        r"[ -]?\d{6}[ -]?\d{4,5}))(?![\w-]|[.,]\d)"
    ),
    examples=(
        ("card 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("my card # 5213591727586604 for", "5213591727586604"),
        ("378282246310005,", "378282246310005"),
        ("3782-822463-10005", "3782-822463-10005"),
        ("6011-1111-1111-1117.", "6011-1111-1111-1117"),
        ("credit card: 4111 1111 1111 1112", "4111 1111 1111 1112"),
    ),
    counter_examples=(
        "4111 1111 1111 1112",
        "meter pulses 4000000000000000",
        "1751932800000",
        "2025-07-08 4111",
        "123e4567-e89b-12d3-a456-426614174000",
    ),
    score=0.98,
    valid=_is_card,
)
