"""IBANs and card numbers with a space or sign after every character, told from other numbers by their check digits."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import iban, payment_card

_GAP = r"[ .\-_]{1,3}"


def _is_account(match: re.Match[str]) -> bool:
    compact = re.sub(r"[ .\-_]", "", match["value"])
    return iban(compact) if compact[0].isalpha() else payment_card(compact)


RECOGNIZER = Recognizer(
    type="BANK_ACCOUNT",
    pattern=re.compile(
        rf"(?<![\w.-])(?P<value>[A-Z]{_GAP}[A-Z](?:{_GAP}[A-Z0-9]){{13,32}}|\d(?:{_GAP}\d){{12,18}})(?![\w]|[ .-]\d)",
        re.IGNORECASE,
    ),
    needs="0123456789",
    examples=(
        ("Pay to G B 1 7 S M W I 1 4 2 3 8 1 3 1 8 8 8 1 8 4 please.", "G B 1 7 S M W I 1 4 2 3 8 1 3 1 8 8 8 1 8 4"),
        ("4 5 9 4 - 8 6 0 5 - 8 2 1 1 - 9 7 5 7", "4 5 9 4 - 8 6 0 5 - 8 2 1 1 - 9 7 5 7"),
        ("4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1"),
    ),
    counter_examples=(
        "4 5 9 4 - 8 6 0 5 - 8 2 1 1 - 9 7 5 8",
        "0 1 2 3 4 5 6 7 8 9 10 11 12",
        "a b c d e f g h i j k l m n o p q",
    ),
    score=0.95,
    valid=_is_account,
)
