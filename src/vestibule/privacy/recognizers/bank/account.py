"""Accounts, sort codes, routing numbers and BICs behind the words that name them."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.series import listed
from vestibule.privacy.recognizers.wording import LINK

_ACCOUNT = (
    r"(?:(?:bank|checking|savings?|current|business)[ _-]?)?(?:account|acct|a/c)[ _-]?(?:numbers?|no\.?|num|nr\.?|#)|"
    r"(?:bank|checking|savings?|current)[ _-]?accounts?|kontonummern?|"
    r"konto(?:-?nr\.?)?|bankverbindung|blz|bankleitzahl|sort[ _-]?code|"
    r"routing(?:[ _-](?:number|no\.?|transit number))?|aba(?:[ _-](?:routing|rtn|number|no\.?)){0,2}|rtn|"
    r"acc(?:oun)?t\.?(?=[ ]?[:#][ ]?\d{7})|(?<=\d\d, )account(?=[ ]\d{8}\b)|a/c(?=[ :]{1,2}\d{6})|clabe|bsb|"
    r"ifsc|cbu|transit (?:number|no\.?)|institution (?:number|no\.?)|bankgiro|plusgiro|numéro de compte|"
    r"compte(?: bancaire)?|rib|número de cuenta|cuenta(?: bancaria)?|ccc|"
    r"số (?:tài khoản|tk)|stk|tài khoản(?: ngân hàng)?|tk|iban"
)
_BIC = r"(?:bic|swift)(?:[ /-]?(?:bic|swift|code|nr|no))?"

RECOGNIZER = Recognizer(
    type="BANK_ACCOUNT",
    pattern=re.compile(
        rf"(?<![^\W_])(?:(?:{_ACCOUNT})(?:\s(?:of|von|de|của|for|at)\s[^\d\n:]{{1,30}}?)?{LINK}(?=\d)|"
        rf"{_BIC}{LINK}(?=[a-z]{{4}}))"
        r"(?P<value>\d{2}-\d{2}-\d{2}|\d{4}[ -]\d{4}[ -]\d{2}[ -]\d{10}|\d{5}[ ]\d{5}[ ]\w{11}[ ]\d\d|"
        r"\d{6,20}|\d{2,5}(?:[ -]\d{2,5}){1,5}|(?-i:[A-Z]{4}[ -]?[A-Z]{2}[ "
        r"-]?[A-Z0-9]{2}(?:[A-Z0-9]{3})?))(?![\w-]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("account number: 12345678", "12345678"),
        ("sort code 20-45-77", "20-45-77"),
        ("routing number 021000021", "021000021"),
        ("BIC: COBADEFFXXX", "COBADEFFXXX"),
        ("SWIFT DEUTDEFF500.", "DEUTDEFF500"),
        ("Kontonummer 532013000", "532013000"),
        ("numéro de compte : 00012345678", "00012345678"),
        ("số tài khoản 0451000123456", "0451000123456"),
        ("cuenta 2100 0418 45 0200051332", "2100 0418 45 0200051332"),
        ("checking account 2476001402", "2476001402"),
        ("to 20-48-53, account 50581263.", "50581263"),
        ("CLABE 072973701915020885", "072973701915020885"),
    ),
    counter_examples=(
        "on account of 12 faults",
        "bic is a pen",
        "the account number is on the bill",
        "swift response",
        "user account 12",
    ),
    score=0.9,
)

LISTED = listed(
    RECOGNIZER,
    r"\d{6,20}(?![\w-]|[.,]\d)",
    examples=(
        ("account numbers 12345678 and 87654321", "87654321"),
        ("Kontonummer 532013000, 532013001", "532013001"),
        ("account no. 12345678 / 12345679", "12345679"),
    ),
    counter_examples=(
        "user accounts 12 and 123456",
        "12345678, 87654321",
        "on account of 123456 and 123457",
    ),
    cue=r"acc|a/c|konto|bank|blz|sort|routing|aba|compte|rib|cuenta|ccc|khoản|stk|tk|iban|bic|swift",
    flags=re.IGNORECASE,
)
