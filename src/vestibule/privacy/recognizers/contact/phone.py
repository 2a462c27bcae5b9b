"""Telephone numbers in international form (E.164 however it is spaced), or in a national form that nothing else has.

UUIDs, timestamps, meter numbers and plain measurements must not look like one: a bare run of digits is never enough.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import EXTENSION, NO_QUANTITY
from vestibule.privacy.validators import digits, inside_uuid_or_time, phone_international, words_before

_INTERNATIONAL = r"(?:\+|00(?=[ -]?[1-9]\d))[ ]?\(?\d{1,3}\)?(?:[ .\-/‐-–]{0,3}\(?\d{1,8}\)?){1,8}"
_NATIONAL = "|".join(
    (
        r"\([2-9]\d\d\)[ ]?\d{3}[ .-]?\d{4}",  # US
        r"(?:1[ .-])?[2-9]\d\d[ .-]\d{3}[.-]\d{4}",
        r"\(0\d{2,5}\)[ ]?\d{2,4}(?:[ -]?\d{2,4}){1,3}",  # UK, DE, VN with the area in brackets
        r"0[1-9]\d{1,4}[ ]?[/–-][ ]?\d{3,8}(?:[ -]\d{1,4}){0,3}",  # DE
        r"0[1-9](?:[ .-]\d\d){4}",  # FR
        r"0[1-9]\d{1,4}(?:[ ]\d{2,4}){2,3}",  # UK, DE, VN
        r"07\d{3}[ ]\d{6}|0[1-9]\d{3}[ ]\d{5,6}",  # UK
        r"0[1-9]\d[ .]?\d{3}[ .]\d{4}|0[1-9]\d{2}\.\d{3}\.\d{3}",  # VN
        r"[67]\d\d(?:[ -]\d\d){3}|[679]\d\d[ -]\d{3}[ -]\d{3}|9\d[ ]\d{3}[ ]\d\d[ ]\d\d",  # ES
    )
)


# what else is counted in groups of digits: a number of goods, papers and jobs, in the words before it
_NUMBERED = re.compile(
    r"(?:(?<!phone )(?<!contact )\b(?:no|nr|id|ref|sn|s/n)|\b(?:meter|serial|z(?:ä|ae)hler\w*|account|konto\w*|iban|"
    r"part|(?:work |purchase )?orders?|p\.?o|w\.?o|tickets?|invoices?|delivery notes?|quotes?|references?|articles?|"
    r"items?|sku|catalog(?:ue)?|batch|lots?|jobs?|contracts?|customers?|parcels?|tracking|shipments?|isbn|ean|gtin|upc|"
    r"drawings?|credit notes?|bestell\w*|auftr(?:a|ä)g\w*|rechnung\w*|lieferschein\w*|artikel\w*|kunden\w*|vertrag\w*|"
    r"commandes?|factures?|pedidos?|facturas?|référence|referencia|đơn hàng|hóa đơn))"
    r"(?:[ \t]+(?:number|num|no|nr|nummer|numéro|número|code|wo|po|is|was|lautet|ist|est|es|là)\b\.?){0,2}"
    r"[ \t]{0,2}\W{0,3}$",
    re.IGNORECASE,
)


def _is_phone(match: re.Match[str]) -> bool:
    value = match["value"]
    if inside_uuid_or_time(match):
        return False
    if value.startswith(("+", "00")):
        return phone_international(re.split(r"[a-z]", value.lower())[0])
    return 9 <= len(digits(re.split(r"[a-z]", value.lower())[0])) <= 12 and not _NUMBERED.search(
        words_before(match, 48)
    )


RECOGNIZER = Recognizer(
    type="PHONE",
    pattern=re.compile(
        rf"(?<![\w+.,/#-])(?P<value>(?:{_INTERNATIONAL}|{_NATIONAL}){EXTENSION}){NO_QUANTITY}",
        re.IGNORECASE,
    ),
    examples=(
        ("reach me at +49 30 5550 1234", "+49 30 5550 1234"),
        ("+1-555-010-0199", "+1-555-010-0199"),
        ("+44 (0)20 7946 0958.", "+44 (0)20 7946 0958"),
        ("Tel:+33.1.23.45.67.89", "+33.1.23.45.67.89"),
        ("from abroad 0049 89 1234567", "0049 89 1234567"),
        ("+34 612 345 678,", "+34 612 345 678"),
        ("+84 24 3825 1234", "+84 24 3825 1234"),
        ("+14155550132 or mail", "+14155550132"),
        ("(415) 555-0132", "(415) 555-0132"),
        ("415-555-0132 ext. 12", "415-555-0132 ext. 12"),
        ("020 7946 0958", "020 7946 0958"),
        ("quote your order when you ring 020 7946 0958", "020 7946 0958"),
        ("contact no: 020 7946 0958", "020 7946 0958"),
        ("07700 900123", "07700 900123"),
        ("0151/23456789", "0151/23456789"),
        ("(030) 555 0123", "(030) 555 0123"),
        ("01 23 45 67 89", "01 23 45 67 89"),
        ("612 34 56 78", "612 34 56 78"),
        ("0912 345 678", "0912 345 678"),
    ),
    counter_examples=(
        "123e4567-e89b-12d3-a456-426614174000",
        "2025-07-08T06:00:00Z",
        "2025-07-08 06:00:00+02:00",
        "the chiller used 12 345 678 kWh",
        "+12.5 kWh",
        "+3 %",
        "004.2.1 is a section",
        "0.5 0.7 0.9",
        "IP 192.168.10.20",
        "meter no. 0151 234 5678",
        "Ticket 0203 123 4567 was closed",
        "The part number is 0600 123 456",
        "SKU 212-555-0147 is out of stock",
        "Lieferschein Nr. 030 1234 567",
    ),
    valid=_is_phone,
)
