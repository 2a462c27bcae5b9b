"""When people come and go: "the sales team leaves at 17:30", "accounts are in from 05:50"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.occupancy import CLOCK
from vestibule.privacy.validators import sentence_around

_WHO = (
    r"(?:(?:last|first) (?:person|people|one|employee|guest|visitor|tenant|member of staff|car)|they|we|she|he|"
    r"staff|employees|everyone|everybody|people|tenants?|workers|cleaners?|guards?|reception|teams?|"
    r"department|accounts|sales|marketing|finance|hr|engineering|crew|shift|occupants|residents|students|pupils|"
    r"teachers|"
    r"visitors|mitarbeiter\w*|alle|personal|leute|mieter|reinigung|les employés|le personnel|les locataires|"
    r"los empleados|el personal|nhân viên|khách thuê)"
)
_COMES = (
    r"(?:arrives?|leaves?|start work(?:ing)?|starts work|comes? (?:in|back|to work)|go(?:es)? home|head home|"
    r"clocks? (?:in|out)|"
    r"badges? (?:in|out)|shows? up|are gone|is gone|left|arrived|came in|went home|badged (?:in|out)|(?:is|"
    r"are) (?:usually |mostly |always )?(?:in|on[ -]?site|there|"
    r"here|"
    r"present|out)(?= (?:from|until|till|by|between|after|before|at|\d{1,2}[:h]))|kommen|kommt|gehen|geht|arrivent|"
    r"partent|"
    r"llegan|salen|đến|về)"
)
_WORKS = r"(?:starts?|finish(?:es)?|works?|arbeite[nt]|travaillent|trabajan|làm việc|open|close)"
_PLANT = re.compile(
    r"\b(?:pumps?|fans?|ahus?|chillers?|boilers?|plants?|units?|schedules?|meetings?|trains?|bus|flights?|water|air|"
    r"data|"
    r"signals?|setpoints?|system|valves?|lights?|jobs?|scripts?|packets?|requests?|trucks?|heating|cooling|ventilation)"
    r"\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)

_GENERAL = re.compile(
    r"\b(?:typical\w*|averages?|benchmarks?|standards?|should|example|e\.g|assum\w{1,5}|suppose|typisch\w*|"
    r"beispiel\w*|exemple|ejemplo)\b",
    re.IGNORECASE,
)


def _is_of_people(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 40) : match.start()]
    return _PLANT.search(before) is None and _GENERAL.search(sentence_around(match)) is None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"(?<![\w])(?:{_WHO}[ ](?:\w{{1,14}}[ ]){{0,3}}?(?:{_COMES}|{_WORKS})|"
        rf"{_COMES})(?![\w])[^.\n]{{0,24}}?(?<![\w.,:])"
        rf"(?P<value>(?:(?:from|by|until|till|after|before|between|at|ab|um|bis|nach|vor|à|de|hasta|desde|lúc|"
        rf"từ)[ ])?{CLOCK}"
        rf"(?:[^.\n]{{0,12}}?(?:to|until|till|-|–|bis|and|und|à|a|đến)[ ]?(?:{CLOCK}|\d{{1,2}}\b))?)(?![\w:])",
        re.IGNORECASE,
    ),
    examples=(
        ("Staff arrive at 7:30", "at 7:30"),
        ("the sales team leaves at 17:30", "at 17:30"),
        ("The last person left the second floor at 19:42, as ever", "at 19:42"),
        ("accounts are in 07:30 to 18:15 on weekdays", "07:30 to 18:15"),
        ("accounts are in from 05:50 on weekdays", "from 05:50"),
        ("marketing works from 8 to 4 most days", "from 8 to 4"),
        ("Die Mitarbeiter gehen um 17:00 Uhr", "um 17:00"),
        ("nhân viên về lúc 17:30", "lúc 17:30"),
    ),
    counter_examples=(
        "the pump starts at 06:00",
        "the train leaves at 17:30",
        "typically staff arrive at 8:30",
        "the values are in the table",
        "the schedule starts at 7:00",
    ),
    score=0.85,
    valid=_is_of_people,
)
