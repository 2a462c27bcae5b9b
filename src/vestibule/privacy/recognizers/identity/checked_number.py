"""Numbers of persons that their own form and check digits give away, with no name before them."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import (
    belgian_national,
    brazilian_cpf,
    finnish_hetu,
    hong_kong_id,
    italian_codice_fiscale,
    luhn,
    singapore_nric,
)

_FORMS = {
    "nric": (r"[STFGM]\d{7}[A-Z]", singapore_nric),
    "fiscale": (r"[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", italian_codice_fiscale),
    "belgian": (r"\d\d\.[01]\d\.[0-3]\d-\d{3}\.\d\d", belgian_national),
    "cpf": (r"\d{3}\.\d{3}\.\d{3}-\d\d", brazilian_cpf),
    "hetu": (r"[0-3]\d[01]\d{3}[-+ABCDEFYXWVU]\d{3}[0-9A-FHJ-NPR-Y]", finnish_hetu),
    "hkid": (r"[A-Z]{1,2}\d{6}\([\dA]\)", hong_kong_id),
    "emirates": (r"784-(?:19|20)\d\d-\d{7}-\d", luhn),
    "curp": (r"[A-Z]{4}\d\d[01]\d[0-3]\d[HMX][A-Z]{5}[A-Z\d]\d", bool),
}


def _is_issued(match: re.Match[str]) -> bool:
    compact = re.sub(r"[ .()-]", "", match["value"])
    return any(check(compact) for name, (_, check) in _FORMS.items() if match[name] is not None)


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        rf"(?<![\w.,/+-])(?P<value>{'|'.join(f'(?P<{name}>{form})' for name, (form, _) in _FORMS.items())})"
        r"(?![\w-]|[.,]\d)"
    ),
    examples=(
        ("S1234567D signed for the keys", "S1234567D"),
        ("contractor RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("(85.07.30-033.28)", "85.07.30-033.28"),
        ("invoice to 529.982.247-25", "529.982.247-25"),
        ("131052-308T has the badge", "131052-308T"),
        ("A123456(3) for the visitor", "A123456(3)"),
        ("784-1990-1234567-6", "784-1990-1234567-6"),
        ("HEGG560427MVZRRL04", "HEGG560427MVZRRL04"),
    ),
    counter_examples=(
        "S1234567A",
        "valve T0000001K",
        "RSSMRA85T10A562X",
        "85.07.30-033.29",
        "529.982.247-26",
        "131052-308U",
        "A123456(4)",
        "784-1990-1234567-1",
    ),
    score=0.95,
    valid=_is_issued,
)
