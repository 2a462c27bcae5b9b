"""People and taken desks of a place that is called by its kind: "46 people in the training room", "70% on 3"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, names_a_building, of_one_place
from vestibule.privacy.recognizers.building.occupancy import ANY, PEOPLE
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.validators import sentence_around, words_before

_WORKERS = (
    r"(?:agents|operators|engineers|technicians|nurses|doctors|teachers|traders|analysts|tellers|clerks|invitees|pax|"
    r"participants|spectators|worshippers|hotel guests|unique badges|badges|inmates|inpatients|drivers|chefs|cooks)"
)
_DESKS = r"(?:desks|seats|workstations|offices|parking spaces|bays|beds|rooms|lockers)"
_SHARE = (
    r"(?:about |roughly |nearly |almost )?(?:half|(?:one|two|three|four|nine) (?:in|out of) (?:two|three|four|"
    r"five|six|ten)|(?:a|one|two|three|four)[ -](?:thirds?|quarters?|fifths?)|most|"
    r"\d{1,4}(?: (?:of|out of) \d{1,4})?)"
)
_IN = (
    rf"(?:in|inside|on|at) (?:the |our |this )?(?:[a-z]{{2,12}} )?(?:building|office|house|site|premises|floor|level|"
    rf"{PLACE})"
)
_HERE = re.compile(
    rf"(?<![\w-])(?:{PLACE}|floor|level|shift|building|site)s?(?![\w-])|\b(?:on|in) \d{{1,2}}(?:\.\d\d)?\b|"
    r"\b(?:turnstiles?|badge|today|tonight|on (?:mon|tues|wednes|thurs|fri|satur|sun)days|at the moment|"
    r"right now|in from)\b",
    re.IGNORECASE,
)
_FULL = re.compile(r"full|occup|desks|busy|seats|taken|attendance|in the office", re.IGNORECASE)
_NOBODY = re.compile(
    r"per (?:person|\d|m²|m2|100)|/\s?(?:person|m²|100)|l/s (?:per|each|/|for)|design(?:ed)? for|capacity|"
    r"licen[cs]e|survey|webinar|"
    r"respondents|up to \d+ (?:people|persons)|sized for|holds? up to|maximum|course|conference call|e-?mails?|exceed|"
    r"rated|filter|tank|valve|battery|fan|speed|load|humid|open",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    owned = names_a_building(sentence) or of_one_place(sentence)
    if (general(sentence) and not owned) or _NOBODY.search(sentence) is not None:
        return False
    if ANY.search(words_before(match, 60)) is not None or re.search(r"\b(?:if|a|any|for) $", words_before(match, 8)):
        return False
    if match["share"] is not None:
        return _FULL.search(match.string, max(0, match.start() - 80), match.end() + 40) is not None
    return owned or _HERE.search(sentence) is not None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"(?<![\w.,:/=-])(?P<value>(?:\d{{1,4}}(?:-odd|[ ]odd|ish)?|[a-z]{{3,7}}-odd|[a-z]{{3,7}}ish|dozens of|"
        rf"hundreds of) (?:\w{{2,12}} )?"
        rf"(?:{PEOPLE}|{_WORKERS})(?![\w-])|"
        rf"{_SHARE} (?:of )?(?:the |our |all )?{_DESKS}(?= [^.\n]{{0,40}}?(?:taken|occupied|in use|used|booked|"
        rf"empty|free)\b)|"
        rf"\d{{1,4}}(?= (?:are |were |sitting |working |still )?{_IN}(?! (?:should|standards?)))|"
        rf"(?P<share>\d{{1,3}}[ ]?(?:%|percent)(?= (?:on|in|of) (?:floor |level |the )?(?:\d{{1,2}}\b|desks|seats))|"
        rf"(?<=around )\d{{1,3}}[ ]?%|\d{{1,4}} of \d{{1,4}}(?= (?:occupied|taken|booked|in use)))|"
        rf"(?:vacant|empty|unoccupied|vacated)(?= (?:from|until|till|since|after|over|between)\b))",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"[ ](?:{PEOPLE}|{_WORKERS}|{_DESKS})|\d (?:are |were |sitting |working |still )?(?:in|inside|on|"
        rf"at) [a-z]|\d[ ]?(?:%|percent) (?:on|in|of) |around "
        r"\d{1,3}[ ]?%|\d of \d{1,4} (?:occ|tak|boo|in)|(?:vacant|empty|unoccupied|vacated) (?:from|un|ti|si|af|ov|be)",
        re.IGNORECASE,
    ),
    examples=(
        ("With 46 people in the training room, is 400 m³/h enough?", "46 people"),
        ("The night shift of 14 operators stays in the control room", "14 operators"),
        ("about 90 in the building now", "90"),
        ("how full is it? - 70% on 3", "70%"),
        ("forty-odd people in the auditorium", "forty-odd people"),
        ("Roughly two thirds of the desks on level 4 were taken at noon.", "Roughly two thirds of the desks"),
        ("On our floor one in three desks was used last month", "one in three desks"),
        ("Desk sensors L4: 37 of 80 occupied", "37 of 80"),
        ("The offices on 2 will be vacant from 1 May.", "vacant"),
        ("Their meeting in 4.03 has 16 attendees.", "16 attendees"),
    ),
    counter_examples=(
        "a meeting room for 12 people",
        "the hall is designed for 400 people",
        "10 l/s per person for 20 people in the gym",
        "The fan runs at 72 % and the valve is 40 % open.",
        "the survey had 300 respondents",
        "the tank is empty until noon and the filter is full",
        "90 in total",
    ),
    score=0.8,
    valid=_is_of_one_place,
)
