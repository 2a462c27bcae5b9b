"""Any identity document behind its name: passport, identity card, driving licence, national number."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK

_CUE = (
    r"passport|reisepass|pass(?:-?nr|-?nummer)|passeport|pasaporte|hộ chiếu|(?:national|"
    r"personal)[ _-]?(?:id(?:entity|entification)?|insurance)|identity[ _-](?:card|document)|"
    r"id[ _-]card|(?:personal)?ausweis(?:nummer|-?nr)?|personalausweis|carte (?:nationale )?d['’]identité|"
    r"cni|cédula|documento de identidad|"
    r"driv(?:er['’]?s?|ing)[ _-]licen[cs]e|führerschein|permis de conduire|carnet de conducir|"
    r"giấy phép lái xe|social[ _-]security|"
    r"national[ _-]insurance|nhs|aufenthaltstitel|krankenversicherten(?:nummer|-nr)|seguridad social|nss|"
    r"numéro fiscal|green card|alien registration|visa"
)

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_CUE})(?:number|nummer|no|nr)?(?:[ _-](?:card|number|no\.?|num|nr\.?|nummer|document|numéro|"
        rf"número|id))?"
        rf"(?:\s(?:of|von|de|del|for|für|của)\s[^\d\n:]{{1,30}}?)?{LINK}"
        r"(?P<value>(?=[a-z -]{0,12}\d)(?:[a-z]{1,3}[ -]?)?\d{2,4}(?:[ -]\d{2,4}){2,4}|"
        r"(?=(?:[a-z]{0,9}\d){4})[a-z0-9]{6,18}|(?-i:(?=(?:[A-Z]*\d){2})[A-Z0-9]{8,10})|"
        r"[a-z]{1,2}[ -]?\d{6,9})(?![\w-]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("Passport number: C01X00T47", "C01X00T47"),
        ("passport no. 533380006", "533380006"),
        ("Reisepass Nr. C4VJPX123", "C4VJPX123"),
        ("Personalausweisnummer L01X00T471", "L01X00T471"),
        ("passeport n° 09AB12345", "09AB12345"),
        ("hộ chiếu số B1234567", "B1234567"),
        ("driver's license D1234567", "D1234567"),
        ("pasaporte: AAB123456", "AAB123456"),
    ),
    counter_examples=(
        "energy passport 2024",
        "the passport office",
        "identity card reader at gate 3",
        "Energieausweis nach GEG 2024",
    ),
    score=0.9,
)
