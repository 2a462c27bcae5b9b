"""Numbers of persons behind the name that their country has for them: PESEL, BSN, CPF, NRIC, personnummer and others.

The name says what it is: a number that was mistyped is somebody's too, so no check digit is asked for.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.encoded import encoded
from vestibule.privacy.recognizers.identity.names import NAMES
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import digits

_FORMS = (
    r"[a-z]{1,2}\d{6}\([\da]\)|\d{1,3}(?:\.\d{2,3}){2,3}[/ -]?[\dk]{1,3}(?:\.\d{2})?|"
    r"(?:[a-z]{1,2}[ ]?)?\d{1,8}(?:[ /-]\d{1,8}){1,5}(?:[ -]?[a-z](?!\w))?|"
    r"(?-i:[A-Z]{5}\d{4}[A-Z])|[a-z]\d{4}-\d{5}-\d{5}|(?:[a-z0-9][ ]){6,14}[a-z0-9](?!\w)|"
    r"(?=(?:[a-z]{0,6}\d){5})[a-z0-9]{6,18}(?:[-/+][a-z0-9]{1,5})?"
)
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d[-./ ]\d\d|\d\d[-./ ]\d\d[-./ ](?:19|20)\d\d|(?:19|20)\d\d")


def _is_number(match: re.Match[str]) -> bool:
    value = match["value"]
    fewest = 4 if re.fullmatch(r"[A-Z]{5}\d{4}[A-Z]", value) else 5
    return fewest <= len(digits(value)) <= 16 and _DATE.fullmatch(value) is None


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{NAMES})s?(?:(?:number|nummer|no|nr|id)(?![^\W_])|(?![^\W_]))(?:[ _-]?(?:card|numbers?|no\.?|"
        rf"num|nr\.?|id|code))?"
        rf"(?:[ ](?:of|for|von|van|für|pour|de|del|di|của)[ ][^\d\n:]{{2,30}}?|"
        rf"(?:[ ][^\W\d_]{{2,16}}){{1,3}}(?=[ ]?[:=]))?"
        rf"(?:[ ]\([^\d()\n]{{2,20}}\))?(?:[\"']?[ ]?:[ ]?\{{?\n?[ ]{{0,8}}[\"']?(?:number|no|id|value)[\"']?)?"
        rf"{LINK}(?:like |such as )?(?P<value>{_FORMS})(?![\w/-]|[.,]\d|[ ]?(?:%|€|EUR|kWh))",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"(?<![^\W_])(?:{NAMES})s?(?:number|nummer|no|nr|id)?(?![^\W\d_])", re.IGNORECASE),
    examples=(
        ("PESEL: 44051401359", "44051401359"),
        ("PAN card AJXPB8390V attached.", "AJXPB8390V"),
        ("NI number S Y 1 3 4 3 0 8 A", "S Y 1 3 4 3 0 8 A"),
        ("Sozialversicherungsnummer (AT): 5914 150585", "5914 150585"),
        ("a driving licence number like A8768-66339-86141", "A8768-66339-86141"),
        ("updated record sin=344-269-436 ok", "344-269-436"),
        ("his BSN is 111222333", "111222333"),
        ("CPF 529.982.247-25", "529.982.247-25"),
        ("NRIC S1234567D on the permit", "S1234567D"),
        ("personnummer 811228-9874", "811228-9874"),
        ("rijksregisternummer 85.07.30-033.28", "85.07.30-033.28"),
        ("codice fiscale RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("Aadhaar no. 2345 6789 1238", "2345 6789 1238"),
        ("henkilötunnus: 131052-308T", "131052-308T"),
        ("fødselsnummer 010190 12345", "010190 12345"),
        ("HKID A123456(3)", "A123456(3)"),
        ("RUT 12.345.678-5", "12.345.678-5"),
        ("rodné číslo 736028/5163", "736028/5163"),
        ("national ids: LP 16 25 67 B", "LP 16 25 67 B"),
        ("Emirates ID 784-1990-1234567-1", "784-1990-1234567-1"),
        ('passportNumber: "533380006"', "533380006"),
        ('{"ssn": {"number": "219099998"}}', "219099998"),
        ("Führerscheinnummer B0723456789", "B0723456789"),
        ("PESEL pracownika: 44051401359", "44051401359"),
        ("CUIT 30-12345678-9", "30-12345678-9"),
        ("NHS number 943 476 5919", "943 476 5919"),
    ),
    counter_examples=(
        "the energy passport of 2024",
        "an id card reader at gate 3",
        "BSN has nine digits",
        "our national insurance 2024-05-01",
        "the Aadhaar format: 4 4 4",
        "passport control opens at 06:00",
    ),
    score=0.95,
    valid=_is_number,
)

ENCODED = encoded(
    RECOGNIZER,
    examples=(
        ("PESEL NDQwNTE0MDEzNTk=", "NDQwNTE0MDEzNTk="),
        ("SSN MjE5LTA5LTk5OTg=", "MjE5LTA5LTk5OTg="),
        ("BSN MTExMjIyMzMz", "MTExMjIyMzMz"),
    ),
    counter_examples=(
        "SSN Verified",
        "PESEL AbCdEfGh",
        "nino c2VlIHRoZSBmaWxl",
    ),
    cue=r"ssn|nino|ni number|pesel|bsn|dni|nie|nir|nric|cpf|tfn|passport|steuer-?id|cccd",
)
