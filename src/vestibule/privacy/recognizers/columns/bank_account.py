"""Columns of accounts."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="BANK_ACCOUNT",
    pattern=cell(
        r"(?=(?:[^\d\n|,;\t]*\d){4})[A-Z0-9][A-Z0-9 -]{4,40}[A-Z0-9]|[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", 0
    ),
    needs="\n",
    examples=(
        ("name,account number\nAcme,12345678", "12345678"),
        ("| Payee | Sort code |\n|---|---|\n| Acme | 20-45-77 |", "20-45-77"),
        ("Firma;BIC\nAcme;COBADEFFXXX", "COBADEFFXXX"),
    ),
    counter_examples=("account number, date\nand, name", "swift, slow\nfast, 12", "konto;art\nprivat;offen"),
    valid=below(
        r"iban|bank[ _]?account(?:[ _](?:no\.?|number))?|account[ _](?:no\.?|number)|sort[ _]?code|card[ _]?(?:no\.?|"
        r"number)|"
        r"konto(?:nummer|-?nr\.?)?|blz|bic|swift(?:[ _]code)?|rib|compte|n° de compte|cuenta|số (?:tài khoản|tk)|stk|"
        r"clabe|bsb|routing(?: (?:no\.?|number))?|"
        r"n\.?[º°o]\.? de cuenta|kontoverbindung|bankverbindung",
    ),
)
