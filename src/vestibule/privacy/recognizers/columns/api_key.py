"""Columns of keys and tokens."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell
from vestibule.privacy.validators import looks_random, made_of_words

_named = below(
    r"(?:(?:api|access|secret|service|auth|client)[ _-]?)?(?:key|token|secret)|(?:api-?)?schlüssel|clé(?: api)?|jeton|"
    r"clave|khóa",
)

RECOGNIZER = Recognizer(
    type="API_KEY",
    pattern=cell(r"(?=[^\d\n|,;\t]{0,60}\d)[a-z0-9_+/=.~-]{14,300}"),
    # a digit among fourteen signs has seven on one side
    gate=re.compile(r"[a-z0-9_+/=.~-]{7}\d|\d[a-z0-9_+/=.~-]{7}", re.IGNORECASE),
    needs="\n",
    examples=(
        ("service,key\nweather,1c920cfd6c7cc545263adae8bd3cae78", "1c920cfd6c7cc545263adae8bd3cae78"),
        ("| API | Token |\n|---|---|\n| maps | q8Zr4tY1wX6cV3bN |", "q8Zr4tY1wX6cV3bN"),
        ("Dienst;Schlüssel\nWetter;7hK2pL9xQ4mN8rT1", "7hK2pL9xQ4mN8rT1"),
    ),
    counter_examples=(
        "key,value\nAHU3_SupplyAirTemp,21",
        "file,sha256\nx,1c920cfd6c7cc545263adae8bd3cae78",
        "token,count\nsetpoint_heating_occupied,4",
    ),
    valid=lambda match: looks_random(match["value"]) and not made_of_words(match["value"]) and _named(match),
)
