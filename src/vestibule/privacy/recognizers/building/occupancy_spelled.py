"""How many people are somewhere, in words: "only two people in the east wing after six"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building, of_one_room
from vestibule.privacy.recognizers.building.occupancy import ANY, HERE, NO_PLACE, PEOPLE
from vestibule.privacy.recognizers.building.spelled import COUNT
from vestibule.privacy.validators import sentence_around, words_before


def _is_of_one_place(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if general(sentence) or NO_PLACE.search(sentence) is not None or ANY.search(words_before(match, 60)) is not None:
        return False
    return of_one_building(sentence) or of_one_room(sentence) or HERE.search(sentence) is not None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(rf"(?<!\w)(?P<value>{COUNT}[ ](?:\w{{2,12}}[ ])?{PEOPLE})(?!\w)", re.IGNORECASE),
    gate=re.compile(rf"[ ]{PEOPLE}", re.IGNORECASE),
    examples=(
        ("only two people in the east wing after six", "two people"),
        ("Im Büro sind abends drei Kollegen", "drei Kollegen"),
        ("il y a dix personnes dans le bâtiment", "dix personnes"),
        ("hay doce empleados en la planta", "doce empleados"),
    ),
    counter_examples=(
        "two people asked about the same fault",
        "a classroom of thirty students",
        "seven employees joined the training",
    ),
    score=0.8,
    valid=_is_of_one_place,
)
