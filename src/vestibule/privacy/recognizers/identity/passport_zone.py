"""The machine-readable lines of passports, identity cards and visas (ICAO 9303)."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        r"(?<![A-Z0-9<])(?P<value>[PIVAC][A-Z<][A-Z<]{3}(?=[A-Z0-9<]{0,38}<<)[A-Z0-9<]{20,39}|"
        r"[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{2,16})(?![A-Z0-9<])"
    ),
    examples=(
        ("P<GBRSMITH<<JOHN<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "P<GBRSMITH<<JOHN<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("line 2: 9992284510GBR8001014M2501017<<<<<<<<<<<<<<06", "9992284510GBR8001014M2501017<<<<<<<<<<<<<<06"),
        ("I<UTOD231458907<<<<<<<<<<<<<<<", "I<UTOD231458907<<<<<<<<<<<<<<<"),
    ),
    counter_examples=(
        "P<0.05",
        "cat <<EOF",
        "IF A<B AND C<<2",
        "PROGRAM<<<<<<< HEAD",
    ),
    score=0.98,
)
