"""Temperatures that somebody wants, keeps or asks for in a room: "keep it at 21 °C in the boardroom"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import names_a_building, of_one_place, of_one_room
from vestibule.privacy.recognizers.building.setpoint import of_somebody
from vestibule.privacy.validators import sentence_around

_VERB = (
    r"(?:set|sets|setting|bump(?:s|ed|ing)?|make|dial(?:s|l?ed|l?ing)?|nudg(?:es?|ed|ing)|leav(?:es?|ing)|"
    r"knock(?:s|ed|ing)?|keeps?|kept|keeping|holds?|held|holding|fixed|locked|agreed|confirmed|controll?ed|"
    r"regulated|stick|pop|whack|get|run|must be|must stay|has to be|tak(?:es?|en|ing)|tweak(?:s|ed|ing)?|"
    r"putting|dropp?(?:s|ed|ing)|bringing|brought|heating|cooling|maintain(?:s|ed)?|wants?|wanted|heats?|cools?|"
    r"prefers?|preferred|likes?|"
    r"liked|asks?|"
    r"asked|requests?|"
    r"requested|needs?|heat(?:ed)? (?:it )?to|cool(?:ed)? (?:it )?to|adjust(?:s|ed)?|chang(?:es?|ed)|rais(?:es?|"
    r"ed|ing)|"
    r"lower(?:s|ed|ing)?|turn(?:s|ed|ing)?|crank(?:s|ed|ing)?|puts?|bring|drop|bump|reduced?|increased?|set at|"
    r"runs? at|running at|"
    r"complain\w{0,5}|"
    r"is at|sits at|stays at|"
    r"soll(?:en|te)?|möchten?|hätten? gern(?:e)?|bittet um|braucht|will|wollen|hält|halten|liegt bei|eingestellt|"
    r"gestellt|stellt|wünscht|"
    r"voudrait|aimerait|veut|veulent|souhaite(?:nt)?|baiss\w{1,3}|mont(?:er|ez)|r[èé]gle[rz]?|réglée?|mettre|mettez|maintenir|demande|"
    r"quiere|quieren|desea|prefiere|mantiene|ponga|poner|pongan|ajust\w{1,4}|fijad\w|baj[ae]r?|sub[ae]r?|pide|"
    r"quisiera|cài(?: đặt)?|đặt|để(?= \d)|bật|muốn|giữ|tăng|giảm|chỉnh)"
)
_NUMBER = r"\d{1,2}(?:[.,]\d{1,2})?(?:[ ]?(?:-|–|to|bis|and)[ ]?\d{1,2}(?:[.,]\d)?)?"
_UNIT = (
    r"(?:°[ ]?[CF]?|º[ ]?[CF]?|℃|℉|deg(?:rees?|s)?\.?(?:[ ]?(?:C|F|celsius|fahrenheit))?|celsius|fahrenheit|"
    r"grad(?: celsius)?|"
    r"degrés?|grados?|độ(?: c)?|[CF]|%[ ]?r\.?h\.?|% humidity)"
)


_WEATHER = re.compile(
    r"fridges?|freezers?|\bovens?\b|dishwashers?|hot water|calorifiers?|heat ?wave|outdoors?\b|"
    r"outside\b(?! (?:core|office|working|"
    r"business|opening|school|of|hours))|weather|außen|draußen|extérieur|exterior|ngoài trời",
    re.IGNORECASE,
)
# advice, unless it is given to one building
_ADVICE = re.compile(
    r"\b(?:nên|sollten?|should(?! (?:i|we)\b)|devrait|debería|recommend\w*|empf[aeo]\w+|conseill\w+|khuyến nghị)\b",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    """ "up by two degrees" says no temperature; plants are set to temperatures too, and are nobody."""
    said = match[0].lower()
    if re.search(
        r"\b(?:by|um|de|if|when|between outdoor)\s$",
        match.string[max(0, match.start("value") - 12) : match.start("value")],
    ):
        return False
    if re.search(
        r"\b(?:supply|flow|return|chilled|hot) (?:air|water|temp\w*)|\b(?:boiler|chiller|ahu|outdoor)\b", said
    ):
        return False
    sentence = sentence_around(match)
    if _WEATHER.search(sentence) is not None or (_ADVICE.search(sentence) and not names_a_building(sentence)):
        return False
    if match["value"][-1].isdigit():
        return of_one_room(sentence)
    return of_somebody(sentence) or of_one_place(sentence)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_VERB}(?![^\W_])[^\n]{{0,72}}?|"
        rf"auf[ ])(?<![\w.,/-])(?P<value>{_NUMBER}(?: and a half)?[ ]?{_UNIT}(?![\w²])|"
        rf"(?:(?<=(?:to|at) )|(?<=wants )|(?<=make it )|(?<=likes )|(?<=prefers )|(?<=(?:auf|lên) )|(?<=về )|(?<= à )|"
        rf"(?<=\d a ))"
        rf"(?:1[5-9]|2\d|6[5-9]|7[0-8])(?:[.,]\d)?(?![\w%:-]|[.,]\d|[ ]?(?:people|%|kW|pm\b|am\b|min|hours|days|"
        rf"(?-i:[A-Z][a-z])|\d|percent|meters|l/s|times|points|o.clock)))",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"(?<![^\W_])(?:{_VERB}[^a-z0-9\n](?:[^\n]{{0,71}}[^\w.,/-])?|auf[ ])\d", re.IGNORECASE),
    examples=(
        ("Room 204 is set to 22.5 °C", "22.5 °C"),
        ("The tenant on the second floor wants 24 degrees", "24 degrees"),
        ("keep it at 21 °C in the boardroom", "21 °C"),
        ("Lower Suite 400 to 68 F please", "68 F"),
        ("Raum 802 bitte auf 21,5 Grad stellen", "21,5 Grad"),
        ("ponga la sala 4 a 23 grados", "23 grados"),
        ("phòng 302 cài đặt 24 độ", "24 độ"),
        ("set room 204 to 22", "22"),
        ("suba la sala 4 a 23", "23"),
        ("phòng 302 để 24 độ", "24 độ"),
        ("we heat our offices to 21 °C", "21 °C"),
        ("I've knocked the server room back to 18 °C for now", "18 °C"),
        ("agreed to lower the open plan to 20.5 °C outside core hours", "20.5 °C"),
        ("the CEO likes his office at 19 degrees", "19 degrees"),
    ),
    counter_examples=(
        "set the boiler to 60 °C",
        "turn the heater of the tank up to 24 °C",
        "people want 21 °C in winter",
        "keep the sample at 4 °C",
        "Phòng họp nên để 26 độ",
        "change my address to 16 48 rue Descartes",
        "raise the temperature by 2 degrees in room 204",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
