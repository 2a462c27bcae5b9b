"""Columns of what contracts, leases and services cost."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.contract_price import CONTRACT
from vestibule.privacy.recognizers.columns.column import below, cell

_SERVICE = re.compile(r"(?:^|[\s|,;])(?:service|supplier|vendor|contractor|provider)(?:$|[\s|,;])", re.IGNORECASE)

RECOGNIZER = Recognizer(
    type="CONTRACT_PRICE",
    pattern=cell(
        r"(?:(?:€|EUR|US\$|\$|USD|£|GBP|CHF|VND)[ ]?)?\d{1,3}(?:[ ,.'’]?\d{3}){1,4}(?:[.,]\d{1,2})?"
        r"(?:[ ]?(?:€|EUR|USD|GBP|CHF|VND|VNĐ|đồng|₫|k))?"
    ),
    needs="\n",
    examples=(
        ("contract;price\nlift maintenance;EUR 48,000", "EUR 48,000"),
        ("| Lease | Rent |\n|---|---|\n| Suite 400 | £12,500 |", "£12,500"),
        ("Service\tSupplier\tPer year\nWater treatment\tAquaCare\t£6,300", "£6,300"),
        ("Vertrag;Betrag\nWartung;12.500 €", "12.500 €"),
    ),
    counter_examples=("item;price\nsensor;1,400", "contract;signed\nlift;2024", "contract;no\nlift;48000"),
    score=0.85,
    valid=below(
        r"per (?:year|month|annum|quarter)|p\.?a\.?|"
        r"(?:(?:annual|yearly|monthly|total|net|gross|contract)[ _-]?)?(?:price|amount|value|sum|fee|rent|cost|total|"
        r"rate)s?"
        r"(?:[ _-]?(?:\(?(?:eur|usd|gbp|chf|€|\$|£|vnd)\)?|per (?:year|month|annum)|p\.?a\.?))?|(?:jahres|netto|"
        r"gesamt)?"
        r"(?:preis|betrag|miete|summe|kosten|entgelt)|montant(?: ht)?|prix|loyer|coût|importe|precio|alquiler|coste|"
        r"giá(?: trị)?|"
        r"số tiền|tiền thuê",
        lambda said: CONTRACT.search(said) is not None or _SERVICE.search(said) is not None,
    ),
)
