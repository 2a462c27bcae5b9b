"""Temperatures of a place, said without the word setpoint: "the boardroom is set to 22", "nursery on 21.5 please"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.validators import sentence_around

_WHERE = (
    rf"(?:(?:{PLACE})(?P<many>s)?|(?:\d{{1,2}}(?:st|nd|rd|th)|ground|first|second|third|fourth|fifth|sixth|top) floor|"
    r"(?:floor|level|suite|room|unit|rm|flat|zone|bay|pod|booth|"
    r"meeting pod|ward|classroom|lab|studio) (?:[A-Z](?!\w)|[A-Z]{0,2}-?\d{1,4}(?:\.\d{1,2})?[A-Z]?))"
)
_TO = (
    r"(?:up to|down to|to|at|on|for|under|below|above|between|from|by|of|is|and|than|want(?:s|ed)?|"
    r"like[sd]?|"
    r"need(?:s|ed)?|prefer(?:s|red)?|stays?|stay at|asks?|asked for|wants|requested|agreed|only|around|about|"
    r"still|a steady|"
    r"a constant|changed|limited|instead of|rather than)"
)
_BARE = (
    r"(?:1[5-9]|2[0-8]|6[4-9]|7[0-8])(?:[.,]\d)?(?=[.,;!?)]?(?:\s*$|\s*\n)|[.,;!?)]\s|"
    r"[ ](?:for|tonight|today|tomorrow|please|pls|thx|thanks|overnight|instead|until|till|when|while|because|during|"
    r"before|after|and|or|in|from|to|all|now|again|as|if|max|min|throughout|so|but|rather|over|over the|at night|"
    r"since)\b(?! \d\d(?:[.,]\d)?[ ]?°))"
    r"(?! (?:january|february|march|april|may|june|july|august|september|october|november|december)\b)"
)
_DEGREES = (
    r"\d{1,2}(?:[.,]\d{1,2})?[ ]?(?:°[ ]?[CF]?|º[ ]?[CF]?|℃|℉|deg(?:rees?|s)?\.?(?:[ ]?(?:C|F|celsius|fahrenheit))?|"
    r"celsius|fahrenheit|(?-i:[CF]))(?!\w)"
)
MEASURED = re.compile(
    r"\b(?:opens?|closes?(?! to)|fridges?|ovens?|dishwashers?|measured|reads|reading(?! room)|currently|"
    r"temperature (?:is|was|in the .{1,24} (?:is|was))|humidity|"
    r"outdoors?|outside|"
    r"weather|people|persons|desks|seats|%|kW|points?|minutes|hours|days|euros?|supply|return|flow|"
    r"boiler|"
    r"chiller|hot water|chilled|chapter|page|street|road|avenue|by \d|age[ds]?|typical\w*|ashrae|recommend\w*|standard|"
    r"invoice|budget|delivery|meeting (?:is )?on|moved? (?:to|on)|from \d{1,2} (?:to|until) \d{1,2}(?! ?°))\b|€|\$|£",
    re.IGNORECASE,
)
_READ = re.compile(
    r"\btemperature (?:in|of|at|inside) [^.]{1,30}? (?:is|was|reads|reached|rose|fell|drops?)\b|\bmeasure[sd]?\b|"
    r"outdoors?\b|"
    r"\boutside\b|weather|heat ?wave",
    re.IGNORECASE,
)
_WARMTH = re.compile(r"set ?points?|temp|comfort|heat|cool|warm|cold|thermostat|degrees|°", re.IGNORECASE)
_WISH = re.compile(
    r"\b(?:set|sets|put|putting|knock(?:ed)?|bump(?:ed)?|nudged?|fixed|locked|agreed|confirmed|controlled|keeping|raising|"
    r"lowering|keep|kept|keeps|held|hold|holds|warm|cool|heat|heated|cooled|bring|drop|raise|lower|"
    r"lowered|raised|"
    r"turn|turned|want|wants|wanted|like|likes|liked|limited|limit|stays?|asked|asks|insists?|demands?|live with|"
    r"above|below|exceed|fixed|need|needs|requires?|have it|ideal|regulated|controlled|crank\w*|bump\w*|nudge|"
    r"dial|asked|asks|requested|offered|prefers?|agreed|cold|"
    r"hot|chilly|fall|go|down|up|thermostat|heating|cooling|target|comfort|adjust|change|changed|reduce|increase|"
    r"maintain(?:ed|s)?|never|night|setback|run|runs|pls|thx|please|min|max|sp|at)\b",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:the|our|my|their|your|his|her|these|those)\s(?:\w+[ -]){0,2}$", re.IGNORECASE)
_ANY = re.compile(
    r"\b(?:should|recommended|any|typical(?:ly)?|a|an|each|every|most|per)\s(?:\w+[ -]){0,2}$", re.IGNORECASE
)
_RULE = re.compile(
    r"\b(?:should(?! (?:i|we)\b)|in general|generally|"
    r"by law|legal\w*|usually|typically|normally|standards?|recommend\w*|what|which)\b",
    re.IGNORECASE,
)


def _is_set(match: re.Match[str]) -> bool:
    """Somebody wants it there; what is measured, and what rules say of rooms, is no setpoint."""
    sentence = sentence_around(match)
    if match["value"][-1].isdigit() and MEASURED.search(sentence) is not None:
        return False
    if (
        _READ.search(sentence) is not None
        or MEASURED.search(match[0]) is not None
        or re.search(r"\b(?:if|unless) (?:the )?temp", sentence) is not None
    ):
        return False
    rule = _RULE.search(sentence) is not None or general(sentence)
    if rule and not names_a_building(sentence):
        return False
    if match["sign"] is not None and match["value"].isdigit():
        return _WARMTH.search(match.string, max(0, match.start() - 160), match.end() + 80) is not None
    before = match.string[max(0, match.start() - 30) : match.start()]
    if match["many"] is not None and _THE.search(before) is None:
        return False
    if _ANY.search(before) is not None:
        return False
    return _WISH.search(sentence) is not None or (match["direct"] is not None and _THE.search(before) is not None)


RECOGNIZER = Recognizer(
    type="SETPOINT",
    pattern=re.compile(
        rf"(?<![\w-]){_WHERE}(?![\w-])(?:(?P<direct>[ ](?:on|at|to|back to|down to|up to)[ ])(?={_BARE})|"
        rf"[^.?!\n]{{0,56}}?(?:(?<![\w-]){_TO}[ ]{{1,2}}|(?P<sign>[:=–]|->)[ ]{{1,2}}|"
        rf"\())(?P<value>{_DEGREES}|{_BARE})",
        re.IGNORECASE,
    ),
    gate=re.compile(rf"(?<![\w-]){_WHERE}(?![\w-])[^.?!\n]{{1,60}}[ (][1-7]\d", re.IGNORECASE),
    examples=(
        ("The boardroom is set to 22.", "22"),
        ("Agreed: reception stays at 22.5.", "22.5"),
        ("4th floor east down to 20, as agreed", "20"),
        ("boardroom to 20 for tonight thx", "20"),
        ("can you put the nursery on 21.5 pls", "21.5"),
        ("stick the nursery on 22 until pickup", "22"),
        ("The gym is limited to 18 °C in winter", "18 °C"),
        ("The doctor's waiting room must never fall under 21 °C.", "21 °C"),
        ("Boardroom to go up to 22.5 degrees before the visit", "22.5 degrees"),
    ),
    counter_examples=(
        "How warm should the boardroom be?",
        "The temperature in the library is at 22 °C",
        "a meeting room should be kept at 21 °C",
        "The reception is closed from 22 to 24 December",
        "Meeting room booked for 20 people",
        "the corridor on 3 is up for painting",
        "we moved the office to 21 March",
    ),
    score=0.8,
    valid=_is_set,
)
