"""Telephone numbers in any national form, behind a word that says that a number follows."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.encoded import encoded
from vestibule.privacy.recognizers.wording import EXTENSION, NO_QUANTITY
from vestibule.privacy.validators import digits, inside_uuid_or_time

_CUE = (
    r"(?:t[eé]l(?:ephone|efon|éfono|éphone)?(?:nummer)?|phones?|mobiles?|mobil(?:telefon)?|handy|móvil|"
    r"portable|cell(?:phone)?|fax|call|ring|"
    r"hotline|anrufen|ruf(?:nummer)?|durchwahl|erreichbar|reach(?:able|ed)?|contact(?:ar)?|dial|text|sms|"
    r"whatsapp|signal|landline|switchboard|helpdesk|"
    r"(?:my|his|her|our|their|the|new|direct|office) (?:\w{2,10} )?number(?: is)?(?=[ :])|pager|on-call|"
    r"ruf(?:en|t)?(?= )|erreich(?:en|e|t)|unter(?=[ ][(+0])|zurückrufen|notruf|bereitschaft|appele[rz]|"
    r"joindre|joignable|répond|responde|atiende|answer(?:s|ed)?(?= on )|ll[aá]m\w{1,6}|rappel\w{1,4}|gọi|"
    r"điện thoại|đt|sđt|số di động|"
    r"di động|máy bàn|liên hệ)"
)


def _has_phone_length(match: re.Match[str]) -> bool:
    """E.164 allows 15 digits; with no area code six or more are written, and then no date."""
    value = re.split(r"[a-z]", match["value"].lower())[0]
    if inside_uuid_or_time(match) or re.match(r"\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d", value):
        return False
    return 7 <= len(digits(value)) <= 15 or (len(digits(value)) == 6 and value.startswith("0"))


RECOGNIZER = Recognizer(
    type="PHONE",
    pattern=re.compile(
        rf"\b{_CUE}(?![^\W_])[^\d\n+(]{{0,28}}(?P<value>\+?\d(?:[ .-]\d){{8,14}}(?!\d)|(?:\+|"
        rf"\()?\d{{1,5}}\)?(?:[ .\-/‐-–]{{0,3}}\(?\d{{1,8}}\)?){{1,7}}{EXTENSION}){NO_QUANTITY}",
        re.IGNORECASE,
    ),
    examples=(
        ("Tel.: 030 555 01 23 (office)", "030 555 01 23"),
        ("phone (555) 010-4477", "(555) 010-4477"),
        ("call the caretaker on 5550123", "5550123"),
        ("phone 0 1 2 2 4 6 4 0 9 7 5", "0 1 2 2 4 6 4 0 9 7 5"),
        ("Llámame al 654177978.", "654177978"),
        ("Handy: 015112345678", "015112345678"),
        ("appelez le 0612345678", "0612345678"),
        ("llame al 912345678", "912345678"),
        ("SĐT: 0912345678", "0912345678"),
        ("Please have the manager call me at (96) 627-277", "(96) 627-277"),
        ("Mobile | 415 555 0132", "415 555 0132"),
    ),
    counter_examples=(
        "call 12 people",
        "text me by 06:00 on 2025-07-08",
        "the phone room used 1 234 567 kWh",
        "cell voltage 3.31",
        "signal 0-10 V",
        "mobile boiler 450 kW",
        "our number is 12 of 20",
    ),
    valid=_has_phone_length,
)

ENCODED = encoded(
    RECOGNIZER,
    examples=(
        ("phone MDc4NjYwNDg3NjQ=", "MDc4NjYwNDg3NjQ="),
        ("tel MDIwIDc5OTEgNDE3Nw==", "MDIwIDc5OTEgNDE3Nw=="),
        ("mobile KzQ0IDc4NjYgMDQ4NzY0", "KzQ0IDc4NjYgMDQ4NzY0"),
    ),
    counter_examples=(
        "phone Extension",
        "call Mercedes",
        "tel bm9uZSBoZXJl",
    ),
    cue=r"t[eé]l(?:ephone|efon)?|phone|mobile|cell|fax|call|handy",
)
