"""Columns of persons' numbers, and columns of any id where the row says what kind of number it is."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell
from vestibule.privacy.recognizers.identity.names import NAMES

_NAMED = re.compile(rf"(?<![^\W_])(?:{NAMES})(?![^\W_])", re.IGNORECASE)


def _is_of_a_person(said: str) -> bool:
    return _NAMED.search(said) is not None


RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=cell(
        r"(?=(?:[^\d\n|,;\t]{0,6}\d){5})(?!(?:19|20)\d\d-\d\d)[a-z0-9][a-z0-9 ./+-]{4,22}[a-z0-9](?:\([\da]\))?"
    ),
    needs="\n",
    examples=(
        ("name,PESEL\nNowak,44051401359", "44051401359"),
        ("worker | id type | id\n1 | BSN | 111222333", "111222333"),
        ("Name;Steuer-ID\nKeller;86095742719", "86095742719"),
        ("Visitor | ID document\nM. B. | 63WV81701", "63WV81701"),
        ("agent;n° sécu\n1;2 93 07 33 456 237 47", "2 93 07 33 456 237 47"),
    ),
    counter_examples=(
        "worker,id\nNowak,44051401359",
        "passport,expires\nyes,2031-05-01",
        "id,kind\n111222333,pump",
    ),
    valid=below(
        rf"(?:(?:số|mã|no\.?|n°|nº|number)[ ](?:de |"
        rf"du )?)?(?:{NAMES})(?:[ ]?[/,(][ ]?(?:{NAMES})\)?)?(?:[ _-]?(?:no\.?|number|num|nr\.?|id|code))?|(?:id|"
        rf"document|doc|identity|national)"
        r"(?:[ _-]?(?:no\.?|number|nr\.?|num|id|value))?|number|no\.?",
        _is_of_a_person,
    ),
)
