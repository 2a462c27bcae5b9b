"""How many people are somewhere, behind the word for it: "occupancy: 34", `people_counter floor=3 count=288`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building, of_one_room
from vestibule.privacy.recognizers.building.occupancy import MEASURE, NO_PLACE
from vestibule.privacy.validators import sentence_around, words_before

_WHERE = (
    r"(?:floor|zone|room|level|building|sensor|id|device|door|gate|camera|cam|suite|etage|raum|étage|salle|planta|"
    r"sala|tầng|"
    r"phòng)[ _\"']{0,2}(?:id)?[\"']?[ ]?[=:]?[ ]?[\"']?[\w.-]{1,16}[\"']?[ ,;]{1,2}"
)
_SAID = re.compile(
    r"[:=|,;\t]|\b(?:today|yesterday|tonight|now|this (?:morning|afternoon|week)|last (?:night|week)|on \w{3,6}days?|"
    r"of|is|was|were|are|at|reached|hit|beträgt|betrug|liegt|lag|von|est|était|de|es|fue|là)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:in (?:january|february|march|april|may|june|july|august|september|october|november|december)|"
    r"last \w+|yesterday|"
    r"this (?:week|month|morning)) (?:was|were|is)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"(?:max(?:imum)?|design|rated|limit|min)[ _-]?$")
_STRONG = re.compile(
    r"count|present|inside|head|attend|footfall|anwesen|personen|besucher|effectif|aforo|số người", re.IGNORECASE
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    """A field or a sentence that says so; "typical", design values and sensors count nobody."""
    if _MOST.search(words_before(match, 16, "measure")) is not None:
        return False
    sentence = sentence_around(match)
    owned = of_one_building(sentence) or of_one_room(sentence)
    if NO_PLACE.search(sentence) is not None or (general(sentence) and not owned and _WHEN.search(sentence) is None):
        return False
    value, said = match["value"], match.string[match.end("measure") : match.start("value")]
    if re.fullmatch(r"[,;\t]", said):
        return _STRONG.search(match["measure"]) is not None
    if not said.strip() and re.search(r"count|population", match["measure"], re.IGNORECASE):
        return True
    return owned or value.endswith("%") or "/" in value or _SAID.search(said) is not None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"(?<![^\W_])(?P<measure>{MEASURE}|occ(?:upied)?(?=[\"']?[ ]?[:=])|"
        rf"(?:desks|seats|beds|spaces|workstations|rooms) (?:taken|occupied|used|booked|in use)|"
        rf"(?:visitors|guests|people|staff|occupants|employees|badge-?ins|check-?ins|besucher|personen|visiteurs|"
        rf"visitantes)"
        rf"(?=(?: \w{{2,10}})?[\"']?[ ]?[:=]))(?![^\W_])(?:{_WHERE}|\b[a-z]?\d{{1,3}}[a-z]?(?=[ ]{{0,2}}[:=]|"
        rf"[ ](?:right now|now|today|is|was|at)\b)|"
        rf"[^.\d\n]){{0,60}}?"
        rf"(?P<value>(?<![\w.-])\d{{1,5}}(?:[.,]\d{{1,2}})?(?:[ ]?%|[ ]?/[ ]?\d{{1,5}}| of \d{{1,5}}| percent| prozent|"
        r" por ciento)?)(?![\w-]|[ ]?[:=]|[.]\d|[ ]?(?:°|m²|m2|l/s|ppm|K\b|min|sec|kW|hours))",
        re.IGNORECASE,
    ),
    examples=(
        ("occupancy of Harbor House was 85 %", "85 %"),
        ("headcount: 118", "118"),
        ("Belegung im Büro: 60 %", "60 %"),
        ("people_counter floor=3 count=288", "288"),
        ("Average daily attendance in January was 412, peak on Tuesdays.", "412"),
        ("occ_count=12", "12"),
        ('"occupancy": 34', "34"),
        ("people_present,12", "12"),
        ("Anwesend: 42", "42"),
        ("desks taken on L4 right now: 47/98", "47/98"),
        ("taux d'occupation du plateau 3 : 89%", "89%"),
        ("room HQ-05-517 occupied=25", "25"),
        ("visitors today: 212", "212"),
        ('"occupants": 12', "12"),
    ),
    counter_examples=(
        "Occupancy Sensor",
        "typical offices have an occupancy of 60 %",
        "Occupancy 1",
        '{"max_occupancy": 120}',
        "occupancy sensor: 2 wires",
        "occupancy density of 10 m² per person",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
