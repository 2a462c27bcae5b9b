"""How many are in, without a word for people: "Floor 4: 35 in on average, down from 52", "the night shift of six",
"office almost deserted".
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building, of_one_place
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.recognizers.building.spelled import COUNT
from vestibule.privacy.validators import sentence_around

_SITE = (
    r"(?:(?:floor|level|zone|wing|block|site|office|building|hall|etage|étage|planta|tầng)[ ]?[\w.-]{0,6}|L\d{1,2}|HQ)"
)
_GROUP = (
    r"(?:(?:night|day|early|late|weekend|morning)[ ])?(?:shift|crew|skeleton staff|skeleton crew|"
    r"staff|workforce|class)"
)
_BARELY = r"(?:almost|nearly|virtually|practically|mostly|completely|totally|fast|fairly|pretty|half|more or less)"
_IN = (
    r"(?=[ ](?:in(?:side)?\b(?! (?:total|all|the (?:list|table|report|set))|[ ]?stock)|present\b|on site\b|"
    r"at their desks\b))"
)
_WHERE = re.compile(rf"(?<![\w-])(?:{PLACE}|floor|level|building|site|house)s?(?![\w-])", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:tank|battery|filter|glass|bin|disk|inbox|bucket|cylinder|points|sensors|units|stock|course|webinar|project)\b",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    if (general(sentence) and match["site"] is None) or _NOT.search(sentence) is not None:
        return False
    return (
        match["site"] is not None
        or match["passed"] is not None
        or of_one_building(sentence)
        or of_one_place(sentence)
        or (match["state"] is not None and _WHERE.search(sentence) is not None)
    )


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"(?<![\w-])(?:(?P<site>{_SITE}[ ]?[:–-][ ]{{1,2}}(?:about |around |only |roughly |some )?)(?=\d{{1,4}}{_IN})|"
        rf"(?<![^\W_])(?P<passed>turnstiles?|people[ _-]?count\w{{0,4}}|door[ _-]?count\w{{0,4}}|footfall|"
        rf"badge reader)[^\n\d]{{0,3}}"
        rf"(?:\[\w{{1,8}}\]|\w{{1,8}})?[^\n\w]{{1,3}}(?:in|out|inside|entries|exits)[ ](?=\d)|"
        rf"{_GROUP} of (?:about |around |only |just )?(?=(?:\d{{1,3}}|{COUNT})(?:[ ,.;]|"
        rf"$))(?![^ ]{{1,20}} (?:the|points))|"
        rf"(?P<state>)(?={_BARELY} (?:empty|deserted|vacant|unoccupied|abandoned|full)\b)|"
        rf"(?:we['’]?re|we are) (?:only |just |about |already )?(?=\d{{1,4}}{_IN}))"
        rf"(?P<value>(?(state){_BARELY} \w{{4,11}}|(?:\d{{1,4}}|{COUNT})))(?![\w%°]|[.,]\d)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"\d[ ](?:in|present|on site|at their)\b|{_GROUP} of |(?:in|out|inside|entries|exits)[ ]\d|"
        r"(?:empty|deserted|vacant|unoccupied|abandoned|full)\b",
        re.IGNORECASE,
    ),
    examples=(
        ("Floor 4: 35 in on average", "35"),
        ("The night shift of six stays in the control room until five.", "six"),
        ("our school runs with a skeleton staff of nine.", "nine"),
        ("Fridays: office almost deserted.", "almost deserted"),
        ("we're 18 in the room right now", "18"),
        ("turnstile[2]: in 412 since 00:00", "412"),
        ("L3: about 40 present", "40"),
    ),
    counter_examples=(
        "a team of six audited the standard",
        "the tank in the basement is almost empty",
        "Table 4: 35 in total",
        "we are 20 in total",
    ),
    score=0.8,
    valid=_is_of_one_place,
)
